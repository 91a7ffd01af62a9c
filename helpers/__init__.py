"""What the lessons share: the mathematics, the figures, the sliders and the checks."""
