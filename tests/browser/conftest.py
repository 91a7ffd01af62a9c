"""A JupyterLab and a Chromium for each module of browser tests, and a page as large as a projector's for each test.

Not for the whole session: Playwright keeps an event loop running, and other tests start their own.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tools.browser import LAB, NO_CHROMIUM, OPEN_TO_THIS_MACHINE, chromium, chromium_path, copy_course, server

PATIENCE = 120_000  # ms: a wait is for a condition, and a busy machine may take its time

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    return copy_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def lab(course) -> str:
    """The address of a JupyterLab started as the README starts it."""
    with server(course, *LAB, *OPEN_TO_THIS_MACHINE) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    path = chromium_path()
    if path is None and "COURSE_BROWSER_REQUIRED" in os.environ:
        pytest.fail(NO_CHROMIUM)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    with chromium(path) as browser:
        yield browser


@pytest.fixture
def window(browser):
    """Opens a window of its own, with cookies of its own."""
    pages = []

    def open_window():
        pages.append(browser.new_page(viewport={"width": 1280, "height": 720}))
        pages[-1].set_default_timeout(PATIENCE)
        return pages[-1]

    yield open_window
    for page in pages:
        page.close()


@pytest.fixture
def page(window):
    return window()
