"""What a learner sees first: the first lesson, and no question about anything else."""

from tools.browser import KERNEL_IDLE, LAB, OPEN_TO_THIS_MACHINE, server


def test_the_starting_command_opens_the_first_lesson_without_a_question(page, course, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))  # nothing answered on this machine before
    with server(course, *LAB, *OPEN_TO_THIS_MACHINE) as lab:
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(KERNEL_IDLE)
        assert page.url.endswith("/lab/tree/notebooks/en/00_start_here.ipynb")
        page.wait_for_timeout(2000)  # the question would come once all is loaded
        assert page.locator(".Toastify__toast").count() == 0
        page.goto("about:blank")
