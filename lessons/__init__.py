"""One folder a lesson: its panels, figures, exercises, effects and words."""
