"""Copy the READMEs' pictures out of the stored notebooks of their language: `python tools/readme_pictures.py`."""

import base64
import re
from itertools import product
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "ko")
PICTURES = {
    "valley.png": ("01_gradient_descent", "valley"),
    "forgetting.png": ("02_batch_epoch_iteration", "forgetting"),
    "race.png": ("03_choosing_batch_and_epochs", "race"),
    "two_digits.png": ("04_signals_through_depth", "two-digits"),
    "suspects.png": ("05_internal_covariate_shift", "suspects"),
    "circle.png": ("07_batchnorm_backward", "show-circle"),
    "forgotten.png": ("08_train_vs_inference", "forgotten"),
    "first_figure.png": ("09_does_it_work", "two-by-two"),
}


def stored_picture(language: str, lesson: str, cell_id: str) -> bytes:
    """The PNG that the cell ``cell_id`` of the ``lesson`` shows."""
    notebook = nbformat.read(ROOT / "notebooks" / language / f"{lesson}.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    shown = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
    return base64.b64decode(re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", shown)[1])


if __name__ == "__main__":
    for language, (name, cell) in product(LANGUAGES, PICTURES.items()):
        (ROOT / "pictures" / language / name).write_bytes(stored_picture(language, *cell))
