"""Lesson 02: batch, epoch, iteration: how often the weights are updated, and what one update does."""
