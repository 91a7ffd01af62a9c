"""Lesson 08: batch statistics in training, stored ones at inference."""
