"""What the score says: each exercise by its last check since the kernel started, and how many are right."""

import pytest

from course.checks import answering, check, score
from course.pictures import Bundle
from tests.course.demo_exercises import install, step


@pytest.fixture(autouse=True)
def shown(monkeypatch) -> list[Bundle]:
    install(monkeypatch)
    bundles: list[Bundle] = []
    monkeypatch.setattr(answering, "display", lambda bundle, raw: bundles.append(bundle))
    monkeypatch.setattr(answering, "_last_words", {})
    return bundles


def test_the_last_check_of_each_counts(shown):
    check("99.step", step)
    check("99.count", 7)
    check("99.pair")
    score("99.step", "99.count", "99.pair", "99.updates")
    assert shown[-1]["text/plain"] == (
        "1 of 4 exercises right: 99.step ✓ Right · 99.count ✗ Not quite · 99.pair … Not done yet · "
        "99.updates not checked yet")
    check("99.step", 0)
    score("99.step")
    assert shown[-1]["text/plain"] == "0 of 1 exercises right: 99.step ✗ Not quite"


def test_a_name_that_does_not_exist_is_told_the_nearest(shown):
    score("99.step", "99.stop")
    assert "nothing here is called 99.stop" in shown[-1]["text/plain"]
    assert len(shown) == 1
