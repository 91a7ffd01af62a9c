"""A time limit for code that may never end."""

import contextlib
import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

GRACE_SECONDS = 1.0
POLL_SECONDS = 0.005


class Stopped(SystemExit):
    """Thrown into code that has used up its time, or does what it must not.

    ``except Exception`` does not catch it, and a thread that ends with a SystemExit ends silently.
    """


class Ending(NamedTuple):
    """How a piece of work ended: "done" with a value, "late" and stopped, or "stuck" and left alone."""

    how: str
    value: Any = None


def limited(work: Callable[[], Any], seconds: float) -> Ending:
    """Run ``work()`` on a thread for at most ``seconds``; on the caller's, without limit, where threads do not exist.

    A call that blocks outside Python cannot be stopped: the thread is left to end by itself. KeyboardInterrupt stops
    the work and goes on to the caller.
    """
    results: list[Any] = []
    # The context carries where printed text belongs.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(_keep, work, results), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        _keep(work, results)
    try:
        in_time = _ends(thread, seconds)
    finally:
        gone = _stop(thread)
    if in_time and results:
        return Ending("done", results[0])
    return Ending("late" if gone else "stuck")


def _keep(work: Callable[[], Any], results: list[Any]) -> None:
    with contextlib.suppress(BaseException):
        results.append(work())


def _ends(thread: threading.Thread, seconds: float) -> bool:
    """Wait by sleeping: `Thread.join`, when it is interrupted, takes the thread for ended on Python 3.11."""
    deadline = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return not thread.is_alive()


def _stop(thread: threading.Thread) -> bool:
    """Throw `Stopped` into ``thread`` until it ends, again and again in case it is caught; whether it ended."""
    deadline = time.monotonic() + GRACE_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Stopped))
        time.sleep(POLL_SECONDS)
    return not thread.is_alive()
