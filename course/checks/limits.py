"""A time limit for code that may never end."""

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable
from ctypes import c_ulong, py_object, pythonapi
from functools import partial
from typing import Any

GRACE_SECONDS = 1.0
POLL_SECONDS = 0.005


class Stopped(SystemExit):
    """Thrown into code that has used up its time, or does what it must not.

    ``except Exception`` does not catch it, and a thread that ends with a SystemExit ends silently.
    """


def limited(work: Callable[[], Any], seconds: float) -> tuple[str, Any]:
    """Run ``work()`` on a thread for at most ``seconds``; on the caller's, without limit, where threads do not exist.

    Returns how it ended: "done" with its value, "late" and stopped, or "stuck" in a call that blocks outside Python and
    cannot be stopped: the thread is left to end by itself. KeyboardInterrupt stops the work and goes on to the caller.
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
        # Again and again, in case it is caught.
        throw = partial(pythonapi.PyThreadState_SetAsyncExc, c_ulong(thread.ident or 0), py_object(Stopped))
        gone = _ends(thread, GRACE_SECONDS, throw)
    if in_time and results:
        return "done", results[0]
    return "late" if gone else "stuck", None


def _keep(work: Callable[[], Any], results: list[Any]) -> None:
    with contextlib.suppress(BaseException):
        results.append(work())


def _ends(thread: threading.Thread, seconds: float, meanwhile: Callable[[], Any] = lambda: None) -> bool:
    """Whether ``thread`` ends within ``seconds``, in which ``meanwhile`` is called again and again.

    It waits by sleeping: `Thread.join`, when it is interrupted, takes the thread for ended on Python 3.11.
    """
    deadline = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < deadline:
        meanwhile()
        time.sleep(POLL_SECONDS)
    return not thread.is_alive()
