"""What the panels of a notebook should show, computed in this process."""

import base64
import contextlib
import io
import re
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image

import course
from course.live import Live
from course.panel import SETTLED, Panel
from course.pictures import described_picture


def declared_panels(path: Path, monkeypatch) -> list[Panel]:
    """The panels that the notebook at ``path`` shows, in order, from running its cells here."""
    panels: list[Panel] = []
    monkeypatch.setattr(course, "show", panels.append)
    monkeypatch.chdir(path.parent)
    namespace: dict = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, cell.id, "exec"), namespace)
    return panels


def expected(here: Live, values: dict) -> tuple[str, np.ndarray]:
    """The sentence and the settled picture, (height, width, 3), that ``here``, in this process, has for ``values``."""
    result = here._final(values)
    bundle = described_picture(here.canvas.draw(result, SETTLED), "", SETTLED)
    return here.panel.describe(result), pixels_of(bundle["text/html"])


def pixels_of(source: str) -> np.ndarray:
    """The picture embedded in ``source``, HTML or an address, as (height, width, 3)."""
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", source)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
