"""Lesson 04: signals and gradients on their way through a deep network."""
