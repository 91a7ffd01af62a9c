"""A concept keeps its colour, line and marker in every lesson, so that none is told by colour alone."""

from typing import Any

BLUE, VERMILLION, GREEN, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#000000", "#6E6E6E"

BATCHNORM: dict[str, Any] = {"color": BLUE, "linestyle": "-"}
PLAIN: dict[str, Any] = {"color": VERMILLION, "linestyle": "--"}
TRAINING: dict[str, Any] = {"marker": "o"}
VALIDATION: dict[str, Any] = {"marker": "s", "markerfacecolor": "white"}
