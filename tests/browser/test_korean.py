"""Each Korean notebook in JupyterLab, lightly, for its code is the English one's: one control a panel, and predictions.

What a learner sees in it is Korean: the controls, the sentences, the predictions and their replies.
"""

import re

import pytest

from course import catalogue
from tests.browser.notebook import cut_labels, no_error, nudge_panels, panels_in, predictions_in
from tests.browser.test_lessons import answer_predictions, opened
from tools.browser import run_all
from tools.lessons import label, notebooks

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("path", notebooks("ko"), ids=label)
def test_a_control_of_each_panel_and_the_predictions_answer_in_korean(page, lab, course, path, monkeypatch):
    monkeypatch.setitem(catalogue._chosen, "language", "ko")
    opened(page, lab, course, path)
    run_all(page)
    no_error(page)
    nudge_panels(page, panels_in(path))
    assert cut_labels(page) == []
    controls = page.locator(".course-controls .widget-inline-hbox").all_text_contents()
    assert [said for said in controls if re.search("[A-Za-z]{2}", said) and not HANGUL.search(said)] == []
    sentences = [picture.get_attribute("alt") for picture in page.locator(".course-live img").all()]
    assert [said for said in sentences if not HANGUL.search(said)] == []
    answer_predictions(page, predictions_in(path))
