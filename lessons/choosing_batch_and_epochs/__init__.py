"""Lesson 03: choosing batch size and epochs: noise, time, memory, overfitting."""
