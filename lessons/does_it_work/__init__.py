"""Lesson 09: does batch normalization work, and why?"""
