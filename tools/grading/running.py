"""Grade one submission: its answers run in a process of their own, which may fail in any way and costs nobody else."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import matplotlib

from tools.grading.lesson import Lesson
from tools.grading.submission import Answer, Submission

RUNNER = Path(__file__).with_name("runner.py")
START_SECONDS = 60.0  # for Python, NumPy and the set-up cell, on a busy machine
CHECK_SECONDS = 0.1
LONGEST_LINE = 20_000
KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "OPENBLAS_CORETYPE")  # of the environment, for the process


@dataclass(frozen=True)
class Limits:
    """What the answers of one notebook may use: seconds an answer, megabytes in all."""

    seconds: float = 30.0
    megabytes: int = 4000


@dataclass(frozen=True)
class Mark:
    """One row of the report."""

    student: str
    lesson: str
    exercise: str
    right: bool
    sentence: str
    seconds: float
    note: str
    file: str


def marks(submission: Submission, lesson: Lesson | None, language: str, limits: Limits) -> list[Mark]:
    """A mark for each exercise of the submission's lesson, in the lesson's order."""
    found = _verdicts([answer for answer in submission.answers if not answer.fault], lesson, language, limits)
    return [_mark(submission, answer, found.get(answer.exercise)) for answer in submission.answers]


def _mark(submission: Submission, answer: Answer, verdict: dict[str, Any] | None) -> Mark:
    verdict = verdict or {"kind": "fault", "sentence": answer.fault, "seconds": 0.0, "replaced": []}
    replaced = f"replaces {', '.join(verdict['replaced'][:3])}" if verdict["replaced"] else ""
    return Mark(
        submission.student, submission.lesson, answer.exercise, verdict["kind"] == "right", verdict["sentence"],
        round(verdict["seconds"], 2), "; ".join(filter(None, (answer.note, replaced))), submission.file,
    )  # fmt: skip


def _verdicts(answers: Sequence[Answer], lesson: Lesson | None, language: str, limits: Limits) -> dict[str, Any]:
    """By exercise. An answer that ends its process, or has to be ended, takes none of those after it along."""
    found: dict[str, Any] = {}
    while left := [answer for answer in answers if answer.exercise not in found]:
        started = time.perf_counter()
        for verdict in _run(left, lesson, language, limits):
            found[verdict["exercise"]] = verdict
            started = time.perf_counter()
        if lost := next((answer for answer in left if answer.exercise not in found), None):
            seconds = time.perf_counter() - started
            late = f"it did not end within {limits.seconds:g} seconds and was stopped."
            sentence = late if seconds >= limits.seconds else "it ended its whole process, so nothing could be judged."
            found[lost.exercise] = {"kind": "lost", "sentence": sentence, "seconds": seconds, "replaced": []}
    return found


def _run(answers: Sequence[Answer], lesson: Lesson, language: str, limits: Limits) -> Iterator[dict[str, Any]]:
    """The verdicts that one process gets to, each when it is there; before them an empty one, when it is ready."""
    word = secrets.token_hex(16)
    job = {"word": word, "lesson": lesson.number, "language": language, "setup": lesson.setup,
           "megabytes": limits.megabytes, "answers": [vars(answer) for answer in answers]}  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = _started(folder)
        try:
            lines = _lines(process, json.dumps(job))
            deadline = time.monotonic() + START_SECONDS
            while (line := _next(lines, process, deadline)) is not None:
                if line.startswith(word):
                    yield json.loads(line.removeprefix(word))
                    deadline = time.monotonic() + limits.seconds
        finally:
            _end(process)


def _started(folder: str) -> subprocess.Popen:
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"HOME": folder, "MPLCONFIGDIR": matplotlib.get_cachedir(), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*without_network(), sys.executable, "-I", str(RUNNER)], cwd=folder, env=environment, encoding="utf-8",
        errors="replace", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


@cache
def without_network() -> tuple[str, ...]:
    """The command that starts another one without a network; none where the system has no such command."""
    command = ("unshare", "--map-root-user", "--net", "--")
    if shutil.which(command[0]) and not subprocess.run([*command, "true"], capture_output=True).returncode:
        return command
    return ()


def _lines(process: subprocess.Popen, job: str) -> Queue[str]:
    """What the process writes, line by line, read on a thread: nothing that it leaves open can stop us."""
    lines: Queue[str] = Queue()

    def talk() -> None:
        try:
            process.stdin.write(job + "\n")
            process.stdin.close()
            while line := process.stdout.readline(LONGEST_LINE):
                lines.put(line)
        except (OSError, ValueError):  # it has ended
            pass

    threading.Thread(target=talk, daemon=True).start()
    return lines


def _next(lines: Queue[str], process: subprocess.Popen, deadline: float) -> str | None:
    """The next line; None once the process has ended or its time is up."""
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        try:
            return lines.get(timeout=CHECK_SECONDS)
        except Empty:
            if ended:
                return None
    return None


def _end(process: subprocess.Popen) -> None:
    """End the process, with all that it has started in its session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except AttributeError:  # Windows
        process.kill()
    except ProcessLookupError:
        pass
    process.wait()
