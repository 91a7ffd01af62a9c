"""What cells show and let go of: two panels in one cell, a cell run again, and no open widget with a closed part."""

from itertools import permutations

import ipywidgets
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

import course
from course import catalogue, growing, live, shown
from course.checks import prediction, registry
from course.controls import ProgressBar, integer, steps
from course.panel import Panel, RunPanel
from course.shown import WIDGET_VIEW

COIN = {"question": "Heads?", "options": ["yes", "no"], "replies": ["Perhaps.", "Perhaps."], "answer": "A"}
WORDS = {"99": {"predict": {"coin": COIN}, "slope": {"a": "slope", "b": "step"}, "run": {"growing": "it grows"}}}


@pytest.fixture(autouse=True)
def cell(monkeypatch):
    """Cells that this process seems to run: their outputs, by cell, and ``run``, which runs calls as a cell."""
    course.start("en")
    known = catalogue._words("en")
    monkeypatch.setattr(catalogue, "_words", lambda language: {**known, **WORDS})
    monkeypatch.setattr(registry, "topics", lambda: {"99": "demo"})
    outputs = {}

    def run(name, *calls):
        shown.let_go(name)
        outputs[name] = []
        monkeypatch.setattr(shown, "cell_id", lambda: name)
        for module in (shown, prediction):
            monkeypatch.setattr(module, "display", lambda bundle, raw: outputs[name].append(bundle))
        for call in calls:
            call()
        return outputs[name]

    yield run
    for name in outputs:
        shown.let_go(name)


def build(figure):
    line = figure.line("line", figure.subplots())
    return lambda y: line.set_data(np.arange(len(y)), y)


def show():
    live.show(
        Panel("99.slope", [integer("a", 0, 9, 1), steps("b", 5)], lambda a, b: np.arange(5.0) * a, build, "{}".format)
    )


def grow():
    growing.grow(RunPanel("99.run", [], lambda: iter(np.eye(3)), build, "{}".format, total=lambda: 3))


def run_panel():
    live.show(RunPanel("99.slope", [integer("a", 0, 9, 1)], lambda a: iter(np.eye(3)), build, "{}".format,
                       total=lambda a: 3))  # fmt: skip


def predict():
    prediction.predict("99.coin")


def bar():
    ProgressBar(5)


def parts(widget):
    """The widgets that the traits of ``widget`` name, by what a front end reads: its state."""
    for value in widget.get_state().values():
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, str) and part.startswith("IPY_MODEL_"):
                yield part.removeprefix("IPY_MODEL_")


def views(outputs):
    return [bundle[WIDGET_VIEW]["model_id"] for bundle in outputs if WIDGET_VIEW in bundle]


def opened():
    return dict(ipywidgets.widgets.widget._instances)


def assert_whole():
    """Every open widget is made of open widgets: of one that is not, a reloaded page shows nothing at all."""
    for widget in opened().values():
        assert set(parts(widget)) <= set(opened()), widget


SHOWN = (show, run_panel, grow, predict, bar)


@pytest.mark.parametrize("calls", list(permutations(SHOWN, 2)), ids=lambda calls: "-".join(c.__name__ for c in calls))
def test_whatever_is_shown_and_shown_again_no_open_widget_has_a_closed_part(cell, calls):
    first, second = calls
    before = set(opened())
    for name, todo in (("one", [first, second, first]), ("two", [second]), ("one", [second]), ("two", [first] * 2)):
        cell(name, *todo)
        assert_whole()
    for name in ("one", "two"):
        cell(name)
    assert set(opened()) == before


@pytest.mark.parametrize("calls", [(show, show), (predict, predict), (show, grow), (grow, show), (show,) * 4, SHOWN])
def test_all_that_one_cell_shows_stays_alive(cell, calls):
    ids = views(cell("one", *calls))
    assert len(ids) >= len(calls)
    assert set(ids) <= set(opened())


@pytest.mark.parametrize("call", SHOWN)
def test_a_cell_run_again_closes_what_it_showed_and_no_other_cells(cell, call):
    first, other = views(cell("one", call, call)), views(cell("two", call))
    count = len(opened())
    again = views(cell("one", call, call))
    assert len(opened()) == count
    assert set(first).isdisjoint(opened())
    assert {*again, *other} <= set(opened())


def test_a_cell_run_again_lets_a_panels_figure_go(cell, monkeypatch):
    made = []
    monkeypatch.setattr(live, "Live", lambda panel, kind=live.Live: made.append(kind(panel)) or made[-1])
    cell("one", show)
    cell("one")
    assert made[0].canvas.figure.axes == []


def test_a_panel_that_fails_at_its_start_leaves_no_widget(cell):
    before = set(opened())
    with pytest.raises(ZeroDivisionError):
        cell("one", lambda: live.show(Panel("99.slope", [integer("a", 0, 9, 1)], lambda a: 1 / 0, build, str)))
    assert set(opened()) == before


def test_where_a_front_end_names_no_cell_nothing_is_taken_from_another(cell):
    first = views(cell("", show))
    second = views(cell("", show))
    assert {*first, *second} <= set(opened())
    for widget in [opened()[key] for key in (*first, *second)]:
        shown.close_widget(widget)


def test_what_is_stored_behind_a_widget_is_marked_and_says_the_same(cell):
    for call in (show, grow, predict):
        *_, stored = cell("one", call)
        assert stored["text/html"].startswith('<div class="course-stored">')
        assert stored["text/plain"]


def test_a_kernel_closes_what_a_cell_showed_before_the_cell_runs_again():
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(shown.FOLDER.parent))
    count = "print(len(__import__('ipywidgets').widgets.widget._instances))"
    source = "from course.controls import ProgressBar\nProgressBar(3), ProgressBar(4)"
    try:
        counts = [execute(client, *cell) for cell in (
            (count, "count"), (source, "one"), (count, "count"), (source, "one"), (source, "two"), (count, "count"),
            ("1", "one"), ("1 / 0", "two"), (count, "count"))]  # fmt: skip
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    none, some, twice, end = (int(text) for text in counts if text.strip().isdigit())
    assert none == end == 0
    assert twice == 2 * some > 0


def execute(client, code, cell_id):
    """Run ``code`` as the notebook cell ``cell_id``; what it printed."""
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
    message = client.session.msg("execute_request", content, metadata={"cellId": cell_id})
    client.shell_channel.send(message)
    printed = ""
    while True:
        answer = client.get_iopub_msg(timeout=120)
        if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            return printed

