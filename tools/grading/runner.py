"""Run answers and say what the course's checks find: a program of its own, started by `running` for one notebook.

It reads one line of JSON from its input and writes one for each answer, behind a word that only the two know. What
answers print goes nowhere. It limits itself before it runs a student's line; who starts it can end it at any time.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from course import catalogue  # noqa: E402
from course.checks.exercise import Task  # noqa: E402
from course.checks.judging import judge  # noqa: E402
from course.checks.registry import exercises  # noqa: E402

LARGEST_FILE = 10 * 10**6  # bytes that an answer may write to one file
SHARED = ("builtins", "course", "helpers", "lessons", "math", "numpy", "random")
SILENT = ("check", "grow", "hint", "predict", "show", "show_figure")
Originals = list[tuple[Any, dict[str, Any]]]


def main() -> None:
    """Answer the job on standard input."""
    results = _results()
    job = json.loads(sys.stdin.buffer.readline())
    _limit(job["megabytes"])
    catalogue.use(job["language"])
    tasks = exercises(catalogue.topics()[job["lesson"]])
    setup: dict[str, Any] = {"__name__": "__main__"}
    exec(job["setup"], setup)
    setup.update(dict.fromkeys(SILENT, lambda *_, **__: None), get_ipython=_NoShell, input=lambda *_: "")
    originals = _originals(tasks)
    _say(results, job["word"], exercise="")
    for answer in job["answers"]:
        started = time.perf_counter()
        kind, sentence, replaced = _verdict(answer, tasks[answer["exercise"]], dict(setup), originals)
        _say(results, job["word"], exercise=answer["exercise"], kind=kind, sentence=sentence, replaced=replaced,
             seconds=time.perf_counter() - started)  # fmt: skip


def _results() -> TextIO:
    """Where results go; what anything else writes to standard output or error is lost from now on."""
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    return results


def _say(results: TextIO, word: str, **mark: Any) -> None:
    print(word + json.dumps(mark), file=results, flush=True)


def _limit(megabytes: int) -> None:
    """At most so much memory, small files, no core dumps; on Windows there are no such limits."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (("AS", megabytes * 10**6), ("FSIZE", LARGEST_FILE), ("CORE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (most, most))


class _NoShell:
    """What a magic or a ``!command`` in an answer's cell meets: it is left out."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _verdict(
    answer: dict[str, Any], task: Task, namespace: dict[str, Any], originals: Originals
) -> tuple[str, str, list[str]]:
    """The verdict's kind and sentence, and what of the course or NumPy the cells replaced: it is put back first."""
    found, error = _run(answer["sources"], answer["expression"], namespace)
    replaced = _put_back(originals)
    if error is not None:
        said = " ".join(str(error).split())[:160]
        return "raised", f"its cell raised {type(error).__name__}{said and ': ' + said}.", replaced
    verdict = judge(task, found)
    return verdict.kind, verdict.sentence, replaced + _put_back(originals)


def _run(sources: list[str], expression: str, namespace: dict[str, Any]) -> tuple[Any, BaseException | None]:
    """What the expression is after the sources have run, or what they raised."""
    try:
        for source in sources:
            exec(compile(source, "<cell>", "exec"), namespace)
        return eval(expression, namespace), None
    except BaseException as error:  # exit() as well
        return None, error


def _originals(tasks: dict[str, Task]) -> Originals:
    """What all that is shared consists of: modules, the course's classes, the exercises."""
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in SHARED and module]
    classes = {value for module in modules for value in vars(module).values()
               if isinstance(value, type) and value.__module__.startswith("course")}  # fmt: skip
    return [(owner, dict(vars(owner))) for owner in (*modules, *classes, *tasks.values())]


def _put_back(originals: Originals) -> list[str]:
    replaced = []
    for owner, before in originals:
        set_attribute = object.__setattr__ if isinstance(owner, Task) else setattr
        for name in [name for name, value in before.items() if vars(owner).get(name) is not value]:
            set_attribute(owner, name, before[name])
            replaced.append(f"{getattr(owner, '__name__', 'exercise')}.{name}")
    return replaced


if __name__ == "__main__":
    main()
