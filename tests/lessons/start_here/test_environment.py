"""The sentence on the learner's set-up: each thing that can be off, and the one where all is well."""

import importlib.metadata
import sys

import pytest

from lessons.start_here import environment

READY = "Everything the course needs is here: go on."


@pytest.fixture
def requirements(tmp_path):
    def write(text):
        file = tmp_path / "requirements.txt"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def widgets(tmp_path, monkeypatch):
    """An installed distribution called coursewidgets that lists an extension's file."""
    folder = tmp_path / "coursewidgets-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: coursewidgets\nVersion: 1.0\n", "utf-8")
    files = ("share/labextensions/manager/package.json", "coursewidgets/package.json")
    (folder / "RECORD").write_text("".join(f"{file},,\n" for file in files), "utf-8")
    (tmp_path / "coursewidgets").mkdir()
    (tmp_path / "coursewidgets" / "package.json").write_text("{}", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "share" / "labextensions" / "manager" / "package.json"


def test_this_environment_has_all_that_the_course_needs():
    assert environment.report() == READY


def test_the_good_sentence_names_no_version_and_no_machine():
    assert not any(character.isdigit() or character in "/\\" for character in READY)


def test_an_old_python_is_named_first(requirements):
    sentence = environment.report(requirements("no-such-package\n"), python=(3, 10), widgets="no-such-package")
    assert "Python 3.10" in sentence
    assert "3.11 or newer" in sentence
    assert "no-such-package" not in sentence


@pytest.mark.parametrize("python", [(3, 11), (3, 12), (4, 0)])
def test_a_python_that_is_new_enough_passes(requirements, python):
    assert environment.report(requirements("numpy\n"), python=python) == READY


def test_a_missing_package_is_named_with_the_command_that_brings_it(requirements):
    sentence = environment.report(requirements("numpy>=2\nno-such-package>=1\n"))
    assert "no-such-package is missing" in sentence
    assert f'"{sys.executable}" -m pip install -r requirements.txt' in sentence
    assert "numpy" not in sentence


def test_another_version_is_named_with_the_one_wanted(requirements):
    found = importlib.metadata.version("numpy")
    sentence = environment.report(requirements("numpy<1\n"))
    assert f"numpy is {found} but should be <1" in sentence


def test_all_that_is_off_is_named_at_once(requirements):
    sentence = environment.report(requirements("numpy<1\nno-such-package\nmatplotlib>=99\n"))
    assert all(name in sentence for name in ("numpy", "no-such-package", "matplotlib"))
    assert sentence.count(".\n") == 0


def test_blank_lines_comments_and_other_systems_are_passed_over(requirements):
    file = requirements('# what a learner needs\n\nnumpy>=2  # arrays\nno-such-package; sys_platform == "amiga"\n')
    assert environment.report(file) == READY


def test_a_release_candidate_counts_as_its_version(requirements, widgets):
    info = widgets.parents[3] / "coursewidgets-1.0.dist-info" / "METADATA"
    info.write_text("Metadata-Version: 2.1\nName: coursewidgets\nVersion: 2.1rc1\n", "utf-8")
    assert environment.unmet(requirements("coursewidgets>=2,<3\n")) == []


def test_widgets_that_are_not_installed_are_told(requirements):
    sentence = environment.report(requirements("numpy\n"), widgets="no-such-package")
    assert "sliders is missing" in sentence
    assert "install --force-reinstall no-such-package" in sentence


def test_widgets_whose_extension_is_gone_are_told(requirements, widgets):
    assert "sliders is missing" in environment.report(requirements("numpy\n"), widgets="coursewidgets")
    widgets.parent.mkdir(parents=True)
    widgets.write_text("{}", "utf-8")
    assert environment.report(requirements("numpy\n"), widgets="coursewidgets") == READY
