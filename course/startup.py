"""What every lesson's set-up cell calls: the language, the looks and the threads."""

from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import display
from matplotlib import font_manager
from threadpoolctl import threadpool_limits

from course import catalogue, memory
from course.drawing import use_view

FOLDER = Path(__file__).parent


def start(language: str = "en", view: str = "normal") -> None:
    """Use ``language`` for words, the course's style for figures, and a clear word where controls have stopped.

    view: ``"class"`` draws panels that fit a projector's screen together with their controls.

    NumPy's matrix products get one thread: the course's networks are too small to gain by a second, which only takes
    turns with the browser; and so each machine computes the same. Of Apple's Accelerate the number cannot be set.
    """
    catalogue.use(language)
    use_view(view)
    for font in (FOLDER / "fonts").glob("*.ttf"):
        font_manager.fontManager.addfont(font)
    plt.style.use(FOLDER / "course.mplstyle")
    threadpool_limits(1, user_api="blas")
    shell = get_ipython()
    if shell is not None:
        memory.give_back_after_cells(shell)
        # stopped.css: controls whose kernel was restarted; and those of a notebook that was saved and is opened again:
        # JupyterLab has "model not found" in their place, in the one element of its kind without children.
        sheets = ["stopped.css", "class.css"] if view == "class" else ["stopped.css"]
        looks = "".join(f"<style>\n{(FOLDER / sheet).read_text('utf-8')}</style>" for sheet in sheets)
        display({"text/html": looks.replace("STOPPED", catalogue.text("common.stopped"))}, raw=True)
