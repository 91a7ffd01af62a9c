"""Lesson 05: how the inputs of a layer drift while a network trains."""
