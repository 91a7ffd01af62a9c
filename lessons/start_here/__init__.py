"""Lesson 00: does my set-up work, and how do sliders, predictions and checks work?"""
