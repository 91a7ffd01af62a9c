"""What every lesson's set-up cell calls: the language and the looks."""

from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import display
from matplotlib import font_manager

from helpers import catalogue

FOLDER = Path(__file__).parent

# A notebook that was saved with its controls and is opened again shows "model not found" in their place. The element
# that says so is the one of its kind without children.
_SAVED_CONTROLS = """<style>
.jp-OutputArea-output.jupyter-widgets:not(:has(*)) {{ visibility: hidden; }}
.jp-OutputArea-output.jupyter-widgets:not(:has(*))::before {{ visibility: visible; content: "{stopped}"; }}
</style>"""


def start(language: str = "en") -> None:
    """Use ``language`` for labels and messages, the course's style for figures, and a clear word for saved controls."""
    catalogue.use(language)
    for font in (FOLDER / "fonts").glob("*.ttf"):
        font_manager.fontManager.addfont(font)
    plt.style.use(FOLDER / "course.mplstyle")
    if get_ipython() is not None:
        display({"text/html": _SAVED_CONTROLS.format(stopped=catalogue.text("common.stopped"))}, raw=True)
