"""Lesson 06: batch normalization forward, line by line."""
