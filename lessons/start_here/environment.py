"""Is the learner's set-up complete? Lesson 00 prints the answer, which is the same wherever all is well."""

import sys
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement

from course.catalogue import text

REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"
OLDEST_PYTHON = (3, 11)


def report(
    requirements: Path = REQUIREMENTS,
    python: tuple[int, int] = sys.version_info[:2],
    widgets: str = "jupyterlab_widgets",
) -> str:
    """One sentence: all is well, or the first thing to put right and the command that does it.

    requirements: the file with one requirement a line, such as ``numpy>=2,<3``.
    python: the version that runs this, such as (3, 11).
    widgets: the distribution that brings ipywidgets' JupyterLab side.
    """
    if python < OLDEST_PYTHON:
        found, wanted = (".".join(map(str, numbers)) for numbers in (python, OLDEST_PYTHON))
        return text("00.environment.python", found=found, wanted=wanted)
    command = f'"{sys.executable}" -m pip install -r {requirements.name}'
    if wrong := unmet(requirements):
        return text("00.environment.packages", wrong=", ".join(wrong), command=command)
    if not has_lab_side(widgets):
        return text("00.environment.widgets", command=f'"{sys.executable}" -m pip install --force-reinstall {widgets}')
    return text("00.environment.ready")


def unmet(requirements: Path) -> list[str]:
    """What is missing or of another version than ``requirements`` asks for, each as a few words."""
    lines = (line.partition("#")[0].strip() for line in requirements.read_text("utf-8").splitlines())
    wanted = [Requirement(line) for line in lines if line]
    return [words for requirement in wanted if (words := _complaint(requirement))]


def has_lab_side(widgets: str) -> bool:
    """Whether the extension that lets JupyterLab show sliders lies where the distribution ``widgets`` put it."""
    try:
        files = distribution(widgets).files or []
    except PackageNotFoundError:
        return False
    extension = [file for file in files if "labextensions" in file.parts and file.name == "package.json"]
    return any(file.locate().exists() for file in extension)


def _complaint(requirement: Requirement) -> str:
    """An empty string if ``requirement`` is met or meant for another system."""
    if requirement.marker is not None and not requirement.marker.evaluate():
        return ""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return text("00.environment.missing", name=requirement.name)
    if requirement.specifier.contains(found, prereleases=True):
        return ""
    return text("00.environment.other", name=requirement.name, found=found, wanted=requirement.specifier)
