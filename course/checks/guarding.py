"""What an answer must not do to the session that checks it: end it, ask the learner, change what all cells share."""

import builtins
import getpass
import os
import pdb
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from IPython import get_ipython

from course.checks.limits import Stopped

SHARED = ("builtins", "course", "helpers", "lessons", "math", "numpy", "os", "random", "sys")
DEEPEST_RECURSION = 3000

_guarding = ContextVar("_guarding", default=False)


@contextmanager
def guarded() -> Iterator[list[tuple[str, str]]]:
    """Stop an answer at what it must not do and undo it; what other threads call goes through.

    Noted is what it did (exits, asks, sets or replaces) and with what, such as ``("asks", "input()")``.

    NumPy comes back first to what it was when the checks were imported, should a cell have changed it. Out of reach are
    compiled code, and what another module has imported by its name.
    """
    if _guarding.get():  # an answer that calls `check` is guarded by the first one
        yield []
        return
    slips = [("replaces", name) for name in _put_back(_NUMPY)]
    with ExitStack() as undo:
        undo.callback(np.random.set_state, np.random.get_state())  # noqa: NPY002
        undo.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(min(sys.getrecursionlimit(), DEEPEST_RECURSION))
        undo.callback(_guarding.reset, _guarding.set(True))
        for kind, owner, names, said in _refused():
            for name in names.split():
                if (original := getattr(owner, name, None)) is not None:
                    undo.callback(_exchange, owner, name, original)
                    _exchange(owner, name, _refusal(original, (kind, said.format(name)), slips))
        shared = _attributes(*SHARED)
        undo.callback(lambda: slips.extend(("replaces", name) for name in _put_back(shared)))
        yield slips


def _refused() -> list[tuple[str, Any, str, str]]:
    """The kind of slip, whose functions, their names, and how a sentence calls them."""
    shell = get_ipython()
    return [
        ("exits", shell, "ask_exit", "exit()"),
        ("exits", builtins, "exit quit", "{}()"),
        ("exits", sys, "exit", "sys.exit()"),
        ("exits", os, "_exit abort kill killpg execv execve", "os.{}()"),
        ("exits", signal, "raise_signal pthread_kill", "signal.{}()"),
        ("asks", builtins, "input breakpoint", "{}()"),
        ("asks", getattr(shell, "kernel", None), "_input_request", "input()"),  # where all input of ipykernel ends
        ("asks", sys, "stdin", "sys.stdin"),
        ("asks", getpass, "getpass", "getpass()"),
        ("asks", pdb, "set_trace", "pdb.set_trace()"),
        ("sets", sys, "setrecursionlimit", "sys.setrecursionlimit()"),
        ("sets", os, "chdir", "os.chdir()"),
        ("sets", np, "seterr seterrcall set_printoptions", "np.{}()"),
        ("sets", np.random, "seed set_state", "np.random.{}()"),
    ]


def _exchange(owner: Any, name: str, new: Any) -> None:
    """Set the attribute and, in the notebook's cells, what is the same by another name: ``from os import abort``."""
    cells, old = getattr(get_ipython(), "user_ns", {}), getattr(owner, name)
    setattr(owner, name, new)
    cells.update({alias: new for alias, value in list(cells.items()) if value is old})


def _refusal(original: Any, slip: tuple[str, str], slips: list[tuple[str, str]]) -> Any:
    """What stands in for ``original``, which is a function, or else a file to read from."""
    def refused(*arguments: Any, **options: Any) -> Any:
        if not _guarding.get():
            return original(*arguments, **options)
        slips.append(slip)
        raise Stopped

    reading = dict.fromkeys(("read", "readline", "readlines", "__iter__"), refused)
    return refused if callable(original) else type("NoInput", (), reading)()


def _attributes(*packages: str) -> list[tuple[Any, dict[str, Any]]]:
    """The public attributes of all modules of ``packages`` that are imported by now."""
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in packages and module]
    return [(module, {name: value for name, value in vars(module).items() if name[0] != "_"}) for module in modules]


def _put_back(attributes: list[tuple[Any, dict[str, Any]]]) -> list[str]:
    """Undo what was replaced or deleted in the modules since; return the names."""
    changed = []
    for module, before in attributes:
        for name in [name for name, value in before.items() if vars(module).get(name) is not value]:
            setattr(module, name, before[name])
            changed.append(f"{module.__name__}.{name}")
    return changed


_NUMPY = _attributes("numpy")
