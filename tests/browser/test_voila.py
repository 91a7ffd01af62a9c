"""Lessons as web pages: under Voila pictures follow their sliders and predictions answer too."""

import pytest

from tools.browser import server

CHANGED = "([panel, alt]) => panel.querySelector('.course-live img').alt !== alt"
SAYS_THE_SAME = "p => p.querySelector('.course-live p').innerText === p.querySelector('.course-live img').alt"
LONG = 600_000  # ms: the whole lesson is run before the page is there


@pytest.mark.parametrize("lesson", ["02_batch_epoch_iteration", "05_internal_covariate_shift", "09_does_it_work"])
def test_a_lessons_pictures_and_predictions_answer(page, course, lesson):
    command = ("voila", f"notebooks/en/{lesson}.ipynb", "--no-browser", "--port={port}")
    with server(course, *command) as address:
        page.goto(address, timeout=LONG)
        panel = page.locator(".course-controls:has(.noUi-handle)").first
        panel.wait_for(timeout=LONG)
        handle, picture = panel.locator(".noUi-handle").first, panel.locator(".course-live img")
        for key in ("Home", "End"):
            before = picture.get_attribute("alt")
            handle.press(key)
            page.wait_for_function(CHANGED, arg=[panel.element_handle(), before])
        page.wait_for_function(SAYS_THE_SAME, arg=panel.element_handle())
        page.locator(".course-prediction button").first.press("Enter")
        page.get_by_role("status").filter(has_text="You chose A.").first.wait_for()
        assert page.locator(".course-stored:visible").count() == 0
        assert page.locator(".course-options:visible").count() == 0
        page.goto("about:blank")
