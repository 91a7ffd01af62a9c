"""What a stored notebook must hold, and what comparing it with a fresh run must and must not notice."""

import base64
import importlib
import importlib.util
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from ipykernel.kernelspec import get_kernel_dict

from course import catalogue
from tools.lessons import LATER, NOTEBOOKS, cores, counted, further, label, language_of, notebooks
from tools.renew import WIDGET_VIEW, renew

ROOT = Path(__file__).resolve().parents[1]
MINUTES = {"en": r"\babout (\d+) minutes\b", "ko": r"약 (\d+)분"}  # counted in English, whose words are counted
CLAIMS = {
    "01_gradient_descent": {"C11", "C12", "C21", "C22", "C23"},
    "02_batch_epoch_iteration": {f"C{k:02}" for k in range(1, 11)} | {"C24"},
    "03_choosing_batch_and_epochs": {f"C{k}" for k in range(13, 21)},
    "04_signals_through_depth": {f"C{k}" for k in range(24, 29)},
    "05_internal_covariate_shift": {f"C{k}" for k in range(29, 33)},
    "06_batchnorm_forward": {f"C{k}" for k in range(33, 39)},
    "07_batchnorm_backward": {"C39"},
    "08_train_vs_inference": {f"C{k}" for k in range(40, 44)},
    "09_does_it_work": {f"C{k}" for k in range(44, 51)},
}
EMBEDDED = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


@pytest.fixture(params=notebooks(), ids=label)
def lesson(request):
    return request.param


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_every_code_cell_was_run_in_order_and_none_failed(lesson):
    cells = code_cells(lesson)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert not [output for output in outputs if WIDGET_VIEW in output.get("data", {})]


def test_cells_are_short(lesson):
    lengths = sorted(len(cell.source.splitlines()) for cell in code_cells(lesson))
    assert lengths[-1] <= 15
    assert lengths[len(lengths) // 2] <= 5


def in_english(path: Path) -> Path:
    """The English edition of the notebook at ``path``."""
    return NOTEBOOKS / "en" / path.relative_to(NOTEBOOKS / language_of(path))


@pytest.mark.parametrize("path", cores(), ids=label)
def test_a_core_is_short_and_says_how_long_it_takes(path):
    first, *cells = nbformat.read(path, as_version=4).cells
    assert any(cell.source.startswith(LATER) for cell in cells[:40])
    minutes = counted(in_english(path)).minutes
    assert minutes <= (15.5 if path.name.startswith("00") else 45.5)
    assert re.findall(MINUTES[language_of(path)], first.source) == [f"{minutes:.0f}"]


@pytest.mark.parametrize("path", further(), ids=label)
def test_what_goes_further_belongs_to_a_lesson_and_says_how_long_it_takes(path):
    first, *_ = nbformat.read(path, as_version=4).cells
    core = path.parents[1] / path.name
    assert core in cores()
    assert f"](../{core.name})" in first.source
    assert f"](further/{path.name})" in core.read_text("utf-8")
    assert re.findall(MINUTES[language_of(path)], first.source) == [f"{counted(in_english(path)).minutes:.0f}"]


def test_a_notebook_and_its_pictures_stay_small(lesson):
    assert lesson.stat().st_size < 1_500_000
    for cell in code_cells(lesson):
        for output in cell.outputs:
            data = output.get("data", {})
            pictures = EMBEDDED.findall(data.get("text/html", "")) + [data.get("image/png", "")]
            assert all(len(base64.b64decode(picture)) < 60_000 for picture in pictures), cell.id


def test_every_picture_is_described_by_the_text_beside_it(lesson):
    for cell in code_cells(lesson):
        for output in cell.outputs:
            if "<img" in output.get("data", {}).get("text/html", ""):
                assert len(output.data["text/plain"]) > 20
                assert 'alt=""' not in output.data["text/html"]


def test_every_column_of_a_table_has_a_heading(lesson):
    for cell in nbformat.read(lesson, as_version=4).cells:
        lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
        for heading, rule in pairwise(lines):
            if re.fullmatch(r"\|[ :|-]+\|", rule):
                assert all(name.strip() for name in heading.strip()[1:-1].split("|")), f"{cell.id}: {heading}"


def test_every_link_leads_to_a_file_and_to_a_cell_that_is_there(lesson):
    sources = [cell.source for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "markdown"]
    for target, _, cell_id in re.findall(r"\]\((?!http)([^)#]+)(#cell-id=([^)]+))?\)", "\n".join(sources)):
        path = lesson.parent / target
        assert path.exists(), target
        assert not cell_id or cell_id in {cell.id for cell in nbformat.read(path, as_version=4).cells}, cell_id


def test_nothing_stored_names_a_machine(lesson):
    notebook = nbformat.read(lesson, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    known = {key: get_kernel_dict()[key] for key in ("display_name", "language")}
    assert notebook.metadata.kernelspec == {"name": "python3", **known}
    assert notebook.metadata.language_info == {"name": "python"}
    text = EMBEDDED.sub("", lesson.read_text("utf-8"))
    assert not re.search(r"/(home|root|tmp)/|[A-Z]:\\\\|object at 0x|Warning", text)


@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_has_a_cell(name):
    assert tags_of(name) >= CLAIMS[name]


@pytest.mark.parametrize("topic", catalogue.topics().items(), ids="_".join)
def test_each_effect_has_a_cell_that_says_it_and_each_sentence_its_effect(topic):
    number, name = topic
    module = f"lessons.{name}.effects"
    effects = importlib.import_module(module).EFFECTS if importlib.util.find_spec(module) else {}
    said = {tag.removeprefix("effect:") for tag in tags_of(f"{number}_{name}") if tag.startswith("effect:")}
    assert said == set(effects)
    assert all(effect.__name__ == key and effect.__doc__ for key, effect in effects.items())


def tags_of(name: str) -> set[str]:
    """The tags of all cells of an English lesson, in its core and further on."""
    paths = [path for path in notebooks() if path.stem == name and language_of(path) == "en"]
    cells = [cell for path in paths for cell in nbformat.read(path, as_version=4).cells]
    return {tag for cell in cells for tag in cell.metadata.get("tags", [])}


SOURCES = (
    'import sys\nsys.path.insert(0, "ROOT")\nimport matplotlib.pyplot as plt\nfrom course import pictures, start\n'
    'from IPython.display import display\nimport numpy as np\nstart("en")',
    "print(f\"loss={0.25:.4f}\")",
    "pixels = np.full((20, 20, 4), 200, np.uint8)\n"
    'display(pictures.described_picture(pixels, "grey 200", 2), raw=True)',
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A small executed notebook: a printed number, a described picture."""
    path = tmp_path_factory.mktemp("stored") / "stored.ipynb"
    cells = [nbformat.v4.new_code_cell(source.replace("ROOT", ROOT.as_posix())) for source in SOURCES]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    renew(path)
    return path


@pytest.mark.parametrize(
    ("what", "pattern", "replacement", "passes"),
    [
        ("nothing", "grey", "grey", True),
        ("pixels", r"base64,iVBOR", "base64,iVBORabc", True),
        ("a printed number", r"loss=0\.2500", "loss=0.2501", False),
        ("a sentence", "grey 200", "grey 201", False),
    ],
)
def test_an_altered_picture_passes_and_an_altered_number_or_sentence_fails(stored, what, pattern, replacement, passes):
    notebook = nbformat.read(stored, as_version=4)
    for cell in notebook.cells[1:]:
        cell.outputs = nbformat.from_dict(
            [altered(output, pattern, replacement) for output in cell.outputs]
        )
    copy = stored.with_name(f"{what.replace(' ', '_')}.ipynb")
    nbformat.write(notebook, copy)
    command = [sys.executable, "-X", "utf8", "-m", "pytest", "-q", "-n0", "-c", "pyproject.toml", "--rootdir", "."]
    run = subprocess.run([*command, str(copy)], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == (0 if passes else 1), run.stdout[-2000:]


def altered(output, pattern, replacement):
    """``output`` with its text and its data's text changed."""
    if "text" in output:
        return {**output, "text": re.sub(pattern, replacement, output["text"])}
    return {**output, "data": {key: re.sub(pattern, replacement, value) for key, value in output["data"].items()}}
