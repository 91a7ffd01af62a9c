"""Lesson 01: gradient descent, learning rates and feature scales."""
