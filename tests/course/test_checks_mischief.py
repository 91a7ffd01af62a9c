"""What a check survives, what it shows, and that it leaves nothing behind."""

import _thread
import contextlib
import signal
import threading
import time
import warnings

import numpy as np
import pytest

from course import catalogue
from course.checks import answering, check, hint, limits, registry
from course.checks.judging import judge
from course.checks.limits import limited
from course.checks.registry import find
from tests.course.demo_exercises import (
    COUNT,
    ENDLESS,
    PAIR,
    STEP_EXERCISE,
    UPDATES,
    install,
    kind,
    raising,
    says,
    step,
    up,
)


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    install(monkeypatch)


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr(answering, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


class Hostile:
    """Raises wherever it is touched."""

    def _raise(self, *arguments):
        raise RuntimeError("do not touch")

    __repr__ = __str__ = __eq__ = __len__ = __iter__ = __bool__ = __array__ = __float__ = __hash__ = _raise
    __class__ = property(_raise)


class HostileCall(Hostile):
    def __call__(self, *arguments):
        return Hostile()


def returning_hostile():
    return lambda *arguments: (Hostile(), Hostile())


@pytest.mark.parametrize("exercise", [STEP_EXERCISE, COUNT, PAIR, UPDATES], ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("make", [Hostile, HostileCall, returning_hostile])
def test_hostile_answers_get_a_sentence(exercise, make):
    assert kind(make(), exercise) in ("unreadable", "not_callable", "shape")


@pytest.mark.parametrize("error", [ValueError("x\ny" * 500), SystemExit(), KeyboardInterrupt(), BaseException("x"),
                                   MemoryError(), GeneratorExit(), StopIteration(), RecursionError()])
def test_whatever_is_raised_becomes_a_sentence(error):
    sentence = says(raising(error))
    assert f"raised {type(error).__name__} in line" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 400


def test_endless_recursion_is_an_exception():
    def deeper(*arguments):
        return deeper(*arguments)

    assert "RecursionError" in says(deeper)


def test_message_that_cannot_be_written():
    class UnsayableError(Exception):
        __str__ = Hostile._raise

    assert "raised UnsayableError" in says(raising(UnsayableError()))


def forever(*arguments):
    while True:
        pass


def forever_catching(*arguments):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0)


def forever_swallowing(*arguments):
    for _ in range(5):
        with contextlib.suppress(BaseException):
            forever()


class ForeverWritten:
    def __repr__(self):
        return str(forever())


@pytest.mark.parametrize("answer", [forever, forever_catching, forever_swallowing, ForeverWritten(),
                                    lambda *a: (i for i in iter(int, 1) if i)])
def test_endless_loop_is_stopped(answer):
    before = threading.active_count()
    assert kind(answer, ENDLESS) == "late"
    assert threading.active_count() == before


def test_call_that_blocks_is_reported_and_left(monkeypatch):
    monkeypatch.setattr(limits, "GRACE_SECONDS", 0.1)
    release = threading.Lock()
    release.acquire()
    assert kind(lambda *a: release.acquire(), ENDLESS) == "stuck"
    left = [thread for thread in threading.enumerate() if thread is not threading.current_thread() and thread.daemon]
    release.release()
    assert len(left) == 1
    for thread in left:
        thread.join(2)
        assert not thread.is_alive()


def test_interrupting_a_check_stops_it_and_says_so():
    ended = threading.Event()

    def long(*arguments):
        try:
            forever()
        finally:
            ended.set()

    # A shell starts what runs in its background with interrupts ignored.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Timer(0.2, _thread.interrupt_main).start()
    try:
        assert kind(long) == "interrupted"
    finally:
        signal.signal(signal.SIGINT, handler)
    assert ended.wait(2)


def test_without_threads_a_check_still_works(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert kind(step) == "right"
    assert kind(up) == "plus"


def test_work_runs_in_the_callers_context():
    with np.errstate(divide="raise"):
        assert limited(lambda: np.geterr()["divide"], 1.0) == ("done", "raise")


def test_nothing_is_left_behind(shown):
    before = threading.active_count()
    for _ in range(20):
        check("99.step", step)
        check("99.step", raising(ValueError()))
    assert threading.active_count() == before


def test_warnings_do_not_flood_and_prints_come_through(capfd):
    def noisy(w, g, r):
        warnings.warn("flood", stacklevel=1)
        np.divide(1.0, 0.0)
        np.mean([])
        print("mine")
        return step(w, g, r)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert kind(noisy) == "right"
    assert not caught
    assert capfd.readouterr() == ("mine\nmine\n", "")


def test_nothing_of_ours_goes_to_stderr(capfd):
    for answer in (forever, raising(SystemExit()), raising(KeyboardInterrupt()), Hostile(), step):
        judge(ENDLESS, answer)
    assert capfd.readouterr().err == ""


# ---------------------------------------------------------------- what is shown

@pytest.mark.parametrize(("answer", "mark"), [(step, "✓ Right"), (..., "… Not done yet"), (up, "✗ Not quite")])
def test_mark_and_word_and_sentence(shown, answer, mark):
    check("99.step", answer)
    sentence = says(answer)
    assert shown[0]["text/plain"] == f"{mark}: {sentence}"
    assert shown[0]["text/html"].startswith(f'<p role="status"><strong>{mark}:</strong> ')
    assert "color" not in shown[0]["text/html"]


def test_what_a_learner_wrote_is_escaped(shown):
    class Script:
        def __repr__(self):
            return "<script>alert(1)</script>"

    check("99.step", Script())
    assert "<script>" in shown[0]["text/plain"]
    assert "<script>" not in shown[0]["text/html"]
    assert "&lt;script&gt;" in shown[0]["text/html"]


@pytest.mark.parametrize("ask", [check, hint])
@pytest.mark.parametrize("make", [lambda: "99.stepp", lambda: "98.step", str, lambda: 5, list, Hostile, lambda: "<b>"])
def test_unknown_name_gets_a_sentence(shown, ask, make):
    ask(make())
    assert "nothing here is called" in shown[0]["text/plain"]
    assert "99." in shown[0]["text/plain"]
    assert "<b>" not in shown[0]["text/html"]


def test_near_name_comes_first(shown):
    check("99.pear", 1)
    assert "the nearest names: 99.pair," in shown[0]["text/plain"]


def test_no_exercises_at_all(shown, monkeypatch):
    monkeypatch.setattr(registry, "exercises", lambda topic: {})
    check("99.step", 1)
    assert shown[0]["text/plain"].endswith("the nearest names: none.")


def test_hints_grow_and_end_at_the_solution(shown):
    for _ in range(5):
        hint("99.step")
    hint("99.pair")
    said = [bundle["text/plain"] for bundle in shown]
    assert said[:3] == ["Hint 1 of 3: first <hint>", "Hint 2 of 3: second", "Hint 3 of 3: third"]
    assert said[3] == said[4] == (
        "All 3 hints are given; a solution is folded away below the check, unless your copy leaves it out.")
    assert said[5] == "Hint 1 of 3: first <hint>"
    assert "<hint>" not in shown[0]["text/html"]


def test_check_without_an_answer_is_not_done_yet(shown):
    check("99.updates")
    assert shown[0]["text/plain"].startswith("… Not done yet: 99.updates")


def test_lessons_are_found_by_their_number(monkeypatch):
    monkeypatch.undo()
    assert catalogue.topics()["01"] == "gradient_descent"
    assert find("00.shape").name == "00.shape"
    assert find("00.shap") is None
