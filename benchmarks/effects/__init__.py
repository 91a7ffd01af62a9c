"""What a seed could spoil in the lessons, one module a lesson: EFFECTS, from a seed to whether the effect holds."""
