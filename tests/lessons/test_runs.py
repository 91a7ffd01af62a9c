"""Each notebook run in this process: its exercises unsolved and solved, its trainings interrupted, first sentences."""

import contextlib
import io
import re
from itertools import islice

import matplotlib.pyplot as plt
import nbformat
import pytest

import course
from course import catalogue
from course.checks.answering import verdict_on
from course.live import Live
from course.panel import Panel, RunPanel
from tests.sweep import settings
from tools.lessons import label, notebooks

SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)
BROKEN = re.compile(r"\bnan\b|\binf\b|(?-i:\bNone\b)|  | [.,;:]|[,;:(]\.|\(\)|[{}]", re.IGNORECASE)


def faults(sentence: str) -> list[str]:
    """What is not whole in ``sentence``: where a number or a clause is missing, or the end."""
    return [found[0] for found in BROKEN.finditer(sentence)] + ["no end"] * (not sentence.endswith("."))


class Run:
    """A notebook run in a plain namespace: its panels, what its checks said, unsolved and with each solution.

    What grows is interrupted early.
    """

    def __init__(self) -> None:
        self.panels: list[Panel] = []
        self.unsolved: dict[str, str] = {}
        self.solved: dict[str, str] = {}
        self.exercises: list[str] = []
        self._heard = self.unsolved
        self._sources: dict[str, str] = {}
        self._namespace: dict[str, object] = {"__name__": "__main__"}

    def check(self, name: str, answer: object = ...) -> None:
        self._heard[name] = verdict_on(name, answer).kind

    def grow(self, panel: RunPanel) -> object:
        self.panels.append(panel)
        *_, last = islice(panel.compute(), max(2, panel.total() // 8))
        return last

    def show(self, panel: Panel) -> None:
        self.panels.append(panel)
        Live(panel).close()

    def cell(self, cell: nbformat.NotebookNode) -> None:
        tags = [tag.partition(":") for tag in cell.metadata.get("tags", [])]
        self.exercises += [name for kind, _, name in tags if kind == "exercise"]
        if cell.cell_type == "code":
            exec(cell.source, self._namespace)
            self._sources.update(dict.fromkeys(re.findall(r'check\("([^"]+)"', cell.source), cell.source))
        for kind, _, name in tags:
            if kind == "solution":
                self._solve(name, cell.source)

    def _solve(self, name: str, markdown: str) -> None:
        """Run the folded solution and then the cell that checks it, both on a copy of the namespace."""
        assert markdown.lstrip().startswith("<details>"), f"{name}: the solution is not folded"
        (solution,) = SOLUTION.findall(markdown)
        namespace, self._heard = dict(self._namespace), self.solved
        exec(solution, namespace)
        exec(self._sources[name], namespace)
        self._heard = self.unsolved


@pytest.mark.parametrize("path", notebooks("en"), ids=label)  # the code and solutions of all editions are the same
def test_a_notebook_is_unsolved_as_stored_right_with_its_solutions_and_goes_on_after_an_interrupt(path, monkeypatch):
    run = Run()
    monkeypatch.chdir(path.parent)
    for name in ("show_figure", "predict", "score"):
        monkeypatch.setattr(course, name, lambda *arguments, **options: None)
    for name in ("grow", "show", "check"):
        monkeypatch.setattr(course, name, getattr(run, name))
    with plt.rc_context(), contextlib.redirect_stdout(io.StringIO()):
        for cell in nbformat.read(path, as_version=4).cells:
            run.cell(cell)
    plt.close("all")
    assert run.unsolved == dict.fromkeys(run.exercises, "unfinished")
    assert run.solved == dict.fromkeys(run.exercises, "right")
    assert broken_starts(run.panels, monkeypatch) == []


def broken_starts(panels: list[Panel], monkeypatch) -> list[str]:
    """The sentences, in each language, that a run among the ``panels`` begins with and that are not whole."""
    found = []
    for panel in panels:
        for values in settings(panel) if isinstance(panel, RunPanel) else []:
            first = next(iter(panel.compute(**values)))
            for language in catalogue.languages():
                monkeypatch.setitem(catalogue._chosen, "language", language)
                sentence = panel.sentence(first, values)
                found += [f"{panel.name}, {values}: {sentence}"] if faults(sentence) else []
    return found


@pytest.mark.parametrize(
    "sentence",
    ["40 epochs, mean of ten seeds ± 95 % interval: .", "The loss is nan.", "After  updates.", "After 3 updates, .",
     "It reached 0.8 ( ) .", "It took ().", "The loss is inf.", "Unit None moves.", "After 3 updates"],
)  # fmt: skip
def test_a_broken_sentence_is_noticed(sentence):
    assert faults(sentence)


def test_a_whole_sentence_is_not():
    assert not faults("After 1,600 updates (0.8 not reached): 0.10 without it, 0.12 with it; more later.")
