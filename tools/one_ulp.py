"""Does a stored text change when all first weights move by one unit in the last place? Another processor may do so.

    python tools/one_ulp.py          # all notebooks
    python tools/one_ulp.py 02 05    # those of some lessons
"""

import configparser
import difflib
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.lessons import label, notebooks  # noqa: E402

MOVED = f"""
def move_all_first_weights():
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    import numpy as np
    from helpers import network
    initialize, default_rng = network.initialize, np.random.default_rng

    def next_up(array):
        return np.nextafter(array, np.array(np.inf, array.dtype)) if isinstance(array, np.ndarray) else array

    class Moved(np.random.Generator):
        def standard_normal(self, *args, **kwargs):
            return next_up(super().standard_normal(*args, **kwargs))

        def normal(self, *args, **kwargs):
            return next_up(super().normal(*args, **kwargs))

    def moved(*args, **kwargs):
        return {{name: next_up(array) for name, array in initialize(*args, **kwargs).items()}}

    network.initialize = moved
    np.random.default_rng = lambda *seed: Moved(default_rng(*seed).bit_generator)

move_all_first_weights()
"""


def texts(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """What each code cell prints and says, by cell id, without pictures and times."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(ROOT / "tests" / "nbval.cfg", "utf-8")
    shown = {cell.id: "".join(map(_text, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"}
    for rule in rules.values():
        if "regex" in rule:
            shown = {name: re.sub(rule["regex"], rule["replace"], text) for name, text in shown.items()}
    return shown


def changed(path: Path) -> list[str]:
    """The lines of the notebook at ``path`` that are others once the weights have moved, as a difference."""
    notebook = nbformat.read(path, as_version=4)
    before = texts(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(MOVED, id="moved"))
    NotebookClient(notebook, timeout=300, kernel_name="python3", store_widget_state=False,
                   resources={"metadata": {"path": str(path.parent)}}).execute()  # fmt: skip
    after = texts(notebook)
    found = []
    for name, text in before.items():
        lines = difflib.unified_diff(text.splitlines(), after[name].splitlines(), lineterm="", n=0)
        found += [f"{name}: {line}" for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return found


def _text(output: nbformat.NotebookNode) -> str:
    if "text" in output:
        return output["text"]
    data = output.get("data", {})
    return "".join(data[kind] + "\n" for kind in ("text/plain", "text/markdown", "text/html") if kind in data)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    chosen = [path for path in notebooks() if not sys.argv[1:] or path.name[:2] in sys.argv[1:]]
    faults = {label(path): changed(path) for path in chosen}
    for name, lines in faults.items():
        print(f"{name}: {len(lines)} lines changed", *lines, sep="\n  ")
    sys.exit(any(faults.values()))
