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

# Controls whose kernel was restarted; and those of a notebook that was saved and is opened again: JupyterLab has "model
# not found" in their place, in the one element of its kind without children.
_STOPPED = """<style>
.course-panel.jupyter-widgets-disconnected::before, .jp-OutputArea-output.jupyter-widgets:not(:has(*))::before {{
  content: "{stopped}"; font: var(--jp-content-font-size1, 14px) var(--jp-content-font-family, sans-serif);
  color: var(--jp-content-font-color1, inherit); visibility: visible; font-weight: bold; }}
.jp-OutputArea-output.jupyter-widgets:not(:has(*)) {{ visibility: hidden; }}
</style>"""


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
        looks = _STOPPED.format(stopped=catalogue.text("common.stopped"))
        if view == "class":
            looks += f"<style>{(FOLDER / 'class.css').read_text('utf-8')}</style>"
        display({"text/html": looks}, raw=True)
