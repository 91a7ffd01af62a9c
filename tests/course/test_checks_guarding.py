"""What an answer does to the session that checks it is stopped, told in one sentence and undone; in a kernel too."""

import builtins
import contextlib
import getpass
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

import course
from course.checks import guarding
from course.checks.judging import judge
from tests.course.demo_exercises import STEP_EXERCISE, install, kind, says, step, up

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    install(monkeypatch)


def forever_asking(*arguments):
    while True:
        with contextlib.suppress(Exception):
            input()


@pytest.mark.parametrize(("ask", "what"), [
    (lambda *a: input("x = "), "input()"),
    (forever_asking, "input()"),
    (lambda *a: getpass.getpass(), "getpass()"),
    (lambda *a: breakpoint(), "breakpoint()"),
    (lambda *a: sys.stdin.readline(), "sys.stdin"),
    (lambda *a: list(sys.stdin), "sys.stdin"),
])
def test_an_answer_that_asks_is_told_that_it_must_not(ask, what):
    before = builtins.input, getpass.getpass, sys.stdin
    assert judge(STEP_EXERCISE, ask) == (
        "asks", f"your answer waits for somebody to type ({what}), so it was stopped; "
                "take what it needs from its arguments.")
    assert (builtins.input, getpass.getpass, sys.stdin) == before


@pytest.mark.parametrize("leave", [lambda *a: sys.exit(), lambda *a: sys.exit("bye"), lambda *a: os.kill(0, 0)])
def test_an_answer_that_ends_the_session_is_stopped(leave):
    assert kind(leave) == "exits"
    assert kind(step) == "right"


def replacing(owner, name, value):
    def answer(weight, gradient, rate):
        setattr(owner, name, value)
        return step(weight, gradient, rate)

    return answer


@pytest.mark.parametrize(("owner", "name"), [
    (np, "sqrt"), (np, "float64"), (np.linalg, "norm"), (builtins, "sum"), (builtins, "print"), (sys, "stdout"),
    (guarding, "guarded"), (course.checks, "judging"),
])
def test_what_an_answer_replaced_is_put_back_and_told(owner, name):
    before = getattr(owner, name)
    assert judge(STEP_EXERCISE, replacing(owner, name, None)) == (
        "replaces", f"{owner.__name__}.{name} was replaced for the whole session and is put back; "
                    "give what you compute a name of your own.")
    assert getattr(owner, name) is before
    assert kind(step) == "right"


def test_what_an_answer_deleted_comes_back():
    sqrt = np.sqrt
    assert kind(lambda *a: delattr(np, "sqrt")) == "replaces"
    assert np.sqrt is sqrt


def test_numpy_that_a_cell_broke_before_the_check_is_put_back(monkeypatch):
    monkeypatch.setattr(np, "subtract", np.add)
    assert says(step).startswith("numpy.subtract was replaced")
    assert np.subtract is not np.add
    assert kind(step) == "right"


@pytest.mark.parametrize(("change", "what"), [
    (lambda *a: sys.setrecursionlimit(10**9), "sys.setrecursionlimit()"),
    (lambda *a: np.random.seed(0), "np.random.seed()"),  # noqa: NPY002
    (lambda *a: np.seterr(all="raise"), "np.seterr()"), (lambda *a: os.chdir(".."), "os.chdir()"),
    (lambda *a: np.set_printoptions(precision=1), "np.set_printoptions()"),
])
def test_a_setting_of_the_session_stays_and_is_told(change, what):
    before = settings()
    assert judge(STEP_EXERCISE, change) == (
        "sets", f"your answer changes a setting of the whole session with {what}, so it was stopped; "
                "leave that line out.")
    assert settings() == before


def settings():
    drawn = np.random.get_state()[1].tolist()  # noqa: NPY002
    return sys.getrecursionlimit(), drawn, np.geterr(), np.get_printoptions(), os.getcwd()


def test_drawing_numbers_is_allowed_and_leaves_numpys_own_generator_as_it_was():
    before = settings()

    def drawing(weight, gradient, rate):
        np.random.normal(size=3)  # noqa: NPY002
        return step(weight, gradient, rate)

    assert kind(drawing) == "right"
    assert settings() == before


def test_endless_recursion_with_a_limit_that_a_cell_has_lifted_is_an_exception(capfd):
    def deeper(*arguments):
        return deeper(*arguments)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**9)
    try:
        assert "raised RecursionError" in says(deeper)
        assert sys.getrecursionlimit() == 10**9
    finally:
        sys.setrecursionlimit(before)
    assert capfd.readouterr() == ("", "")


def test_other_threads_are_not_refused():
    asked = threading.Event()
    gone_through = []

    def other():
        asked.wait(5)
        gone_through.append(os.kill(os.getpid(), 0))

    thread = threading.Thread(target=other)
    thread.start()

    def answer(weight, gradient, rate):
        asked.set()
        thread.join()
        return step(weight, gradient, rate)

    assert kind(answer) == "right"
    assert gone_through == [None]


def test_without_threads_too(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert kind(lambda *a: input()) == "asks"
    assert kind(up) == "plus"


def test_a_check_within_an_answer(monkeypatch):
    inner = []

    def answer(weight, gradient, rate):
        inner.append(kind(step))
        return step(weight, gradient, rate)

    before = settings()
    assert kind(answer) == "right"
    assert inner == ["right"] * 2
    assert settings() == before


# ---------------------------------------------------------------- in a kernel whose front end lets cells ask

ANSWERS = {
    "exit()": "exits", "quit()": "exits", "sys.exit()": "exits", "os._exit(1)": "exits", "os.abort()": "exits",
    "os.kill(os.getpid(), 9)": "exits", "signal.raise_signal(9)": "exits", "get_ipython().ask_exit()": "exits",
    "os.execv(sys.executable, [sys.executable, '-c', ''])": "exits", "raise SystemExit": "raised",
    "input()": "asks", "early_input()": "asks", "getpass.getpass()": "asks", "early_getpass()": "asks",
    "breakpoint()": "asks", "pdb.set_trace()": "asks", "set_trace()": "asks", "sys.stdin.readline()": "asks",
    "early_exit(1)": "exits", "early_abort()": "exits", "stdin.readline()": "asks",
    "setrecursionlimit(10**9); return df_dw(w, b)": "sets",
    "np.sqrt = abs": "replaces", "return df_dw(w, b)": "raised",
}  # fmt: skip

SETUP = """
import getpass, os, pdb, signal, sys
sys.path.insert(0, {root!r})
from getpass import getpass as early_getpass
from os import _exit as early_exit, abort as early_abort
from sys import setrecursionlimit, stdin
from IPython.core.debugger import set_trace
import numpy as np
from course.checks.answering import verdict_on
early_input = input
"""


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client, source):
    """What the cell printed; a question to the learner fails the test."""
    printed = []

    def hear(message):
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    def asked(message):
        pytest.fail(f"the kernel asks: {message['content']}")

    reply = client.execute_interactive(source, allow_stdin=True, timeout=60, output_hook=hear, stdin_hook=asked)
    assert reply["content"]["status"] == "ok", reply["content"]
    assert not reply["content"]["payload"]
    return "".join(printed)


def test_no_answer_ends_a_kernel_or_makes_it_ask(kernel):
    run(kernel, SETUP.format(root=str(ROOT)))
    for line, wanted in ANSWERS.items():
        source = f"def df_dw(w, b):\n    {line}\nprint(verdict_on('00.df_dw', df_dw).kind)"
        assert run(kernel, source).split()[-1] == wanted, line
    assert run(kernel, "print(np.sqrt(4.0), sys.getrecursionlimit() < 10**4, input.__name__)") == "2.0 True raw_input\n"
    assert run(kernel, "print(early_exit is os._exit, os.abort, stdin is sys.stdin)") == (
        "True <built-in function abort> True\n")
