"""What goes further, looked at in JupyterLab as `test_lessons` looks at the cores: a file, so a process, of its own."""

import pytest

from tests.browser import test_lessons
from tools.lessons import further, label


@pytest.mark.parametrize("path", further("en"), ids=label)
def test_it_is_stored_as_it_is_shown(page, lab, course, path):
    test_lessons.test_a_stored_lesson_shows_each_picture_with_its_sentence_and_stays_as_it_is(page, lab, course, path)


@pytest.mark.parametrize("path", further("en"), ids=label)
def test_its_controls_and_predictions_answer(page, lab, course, path, monkeypatch):
    test_lessons.test_a_lessons_controls_and_predictions_answer_and_do_so_after_a_reload(
        page, lab, course, path, monkeypatch
    )
