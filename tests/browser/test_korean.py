"""Each Korean notebook's panels and predictions in JupyterLab, lightly: one control a panel.

The rest of the notebook has the English one's code and is run by nbval. What a learner sees in it is Korean: the
controls, the sentences, the predictions and their replies.
"""

import re
from pathlib import Path

import nbformat
import pytest

from course import catalogue
from tests.browser.notebook import asking, cut_labels, no_error, nudge_panels, panels_in, predictions_in
from tests.browser.test_lessons import answer_predictions
from tools.browser import open_notebook, run_all
from tools.lessons import NOTEBOOKS, label, notebooks

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("path", notebooks("ko"), ids=label)
def test_a_control_of_each_panel_and_the_predictions_answer_in_korean(page, lab, course, path, monkeypatch):
    monkeypatch.setitem(catalogue._chosen, "language", "ko")
    open_notebook(page, lab, lighter(course, path))
    run_all(page)
    no_error(page)
    nudge_panels(page, panels_in(path))
    assert cut_labels(page) == []
    assert page.locator(".jp-Notebook").get_attribute("lang") == "ko"
    controls = page.locator(".course-controls .widget-inline-hbox").all_text_contents()
    assert [said for said in controls if re.search("[A-Za-z]{2}", said) and not HANGUL.search(said)] == []
    sentences = [picture.get_attribute("alt") for picture in page.locator(".course-live img").all()]
    assert [said for said in sentences if not HANGUL.search(said)] == []
    answer_predictions(page, predictions_in(path))


def lighter(course: Path, path: Path) -> str:
    """Write the cells of the notebook at ``path`` that ask into the ``course`` that is served; where they lie in it."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = asking(path)
    for cell in notebook.cells:
        cell.outputs = []
    copy = Path("notebooks", path.relative_to(NOTEBOOKS).with_stem(f"run_{path.stem}"))
    nbformat.write(notebook, course / copy)
    return copy.as_posix()
