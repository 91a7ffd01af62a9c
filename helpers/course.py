"""What every lesson's set-up cell calls: the language and the looks."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager

from helpers import catalogue

FOLDER = Path(__file__).parent


def start(language: str = "en") -> None:
    """Use ``language`` for labels and messages and the course's style for figures."""
    catalogue.use(language)
    for font in (FOLDER / "fonts").glob("*.ttf"):
        font_manager.fontManager.addfont(font)
    plt.style.use(FOLDER / "course.mplstyle")
