"""What goes further, in JupyterLab: as it is stored, then run, a control of each panel moved, also after a reload."""

import pytest

from tests.browser.notebook import cut_labels, no_error, nudge_panels, panels_in, predictions_in
from tests.browser.test_lessons import answer_predictions, check_stored, opened
from tools.browser import reload, run_all, save
from tools.lessons import further, label


@pytest.mark.parametrize("path", further("en"), ids=label)
def test_it_is_as_stored_then_runs_and_answers_and_does_so_after_a_reload(page, lab, course, path):
    opened(page, lab, course, path)
    check_stored(page, path)
    run_all(page)
    no_error(page)
    nudge_panels(page, panels_in(path))
    assert cut_labels(page) == []
    save(page)
    reload(page)
    nudge_panels(page, panels_in(path))
    answer_predictions(page, predictions_in(path))
