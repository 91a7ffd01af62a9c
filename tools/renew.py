"""Run notebooks from top to bottom and store what they print and draw, in a form that differs only where they do.

    python tools/renew.py                                   # all of them
    python tools/renew.py notebooks/en/01_gradient_descent.ipynb
"""

import base64
import io
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.lessons import cores, notebooks  # noqa: E402
from tools.slides import mark  # noqa: E402

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
EMBEDDED = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def renew(path: Path) -> None:
    """Execute the notebook at ``path`` in a fresh kernel and store its normalized outputs."""
    notebook = nbformat.read(path, as_version=4)
    before = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}},
        record_timing=False, coalesce_streams=True, store_widget_state=False,
    ).execute()  # fmt: skip
    normalize(notebook, before)
    if path in cores():
        mark(notebook)
    nbformat.write(notebook, path)


def normalize(notebook: nbformat.NotebookNode, before: dict[str, list]) -> None:
    """Drop what names a machine or a kernel; keep a picture of ``before``, by cell id, whose pixels are the same."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [output for output in cell.outputs if WIDGET_VIEW not in output.get("data", {})]
            for old, new in zip(before.get(cell.id, []), cell.outputs, strict=False):
                keep_same_pictures(old.get("data", {}), new.get("data", {}))


def keep_same_pictures(old: dict[str, str], new: dict[str, str]) -> None:
    """Put the old bytes of a picture into ``new`` where they show the same pixels."""
    if "image/png" in old and "image/png" in new and same_pixels(old["image/png"], new["image/png"]):
        new["image/png"] = old["image/png"]
    stored = EMBEDDED.search(old.get("text/html", ""))
    fresh = EMBEDDED.search(new.get("text/html", ""))
    if stored and fresh and same_pixels(stored[1], fresh[1]):
        new["text/html"] = new["text/html"].replace(fresh[1], stored[1])


def same_pixels(one: str, other: str) -> bool:
    """Whether two base64 PNGs show the same."""
    first, second = (np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")) for data in (one, other))
    return np.array_equal(first, second)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or notebooks()):
        renew(path.resolve())
        print(f"renewed {path.name}")
