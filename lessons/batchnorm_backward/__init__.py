"""Lesson 07: the gradient of batch normalization, on each of its paths."""
