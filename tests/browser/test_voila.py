"""A lesson as a web page: under Voila the picture follows its slider too."""

import pytest

from tools.browser import server


@pytest.fixture
def voila(course):
    lesson = ("voila", "notebooks/en/01_gradient_descent.ipynb")
    with server(course, *lesson, "--no-browser", "--port={port}") as address:
        yield address


def test_a_slider_moves_its_picture(page, voila):
    page.goto(voila)
    handle = page.locator(".course-controls .noUi-handle").first
    handle.wait_for(timeout=120_000)
    image = page.locator("img[alt]").first
    handle.focus()
    said = []
    for key in ("Home", "End"):
        handle.press(key)
        page.wait_for_timeout(1500)
        said.append(image.get_attribute("alt"))
    assert said[0] != said[1]
