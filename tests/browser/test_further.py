"""What goes further, in JupyterLab, as `test_lessons` does it with the cores, with one control of each panel."""

import pytest

from tests.browser.test_lessons import check_stored, opened, run_and_answer
from tools.lessons import further, label


@pytest.mark.parametrize("path", further("en"), ids=label)
def test_it_is_as_stored_then_runs_and_answers_and_does_so_after_a_reload(page, lab, course, path, monkeypatch):
    opened(page, lab, course, path)
    check_stored(page, path)
    run_and_answer(page, path, monkeypatch, slice(-1, None))
