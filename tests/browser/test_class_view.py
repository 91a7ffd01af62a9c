"""In a class: a panel with its controls fits what JupyterLab leaves of a projector's screen, at its full size."""

import nbformat
import pytest
from playwright.sync_api import expect

from tools.browser import open_notebook, run_all

SETUP = '''
import sys
sys.path.insert(0, "../..")
import numpy as np
from course import predict, show, start
from helpers.network import Network, initialize
from lessons.batch_epoch_iteration import further_panels, panels
start("en", view="class")
rng, network = np.random.default_rng(0), Network((784, 4, 4, 10))
x, y, first = rng.uniform(size=(200, 784)), np.repeat(np.arange(10), 20), initialize(network, rng)
'''
CELLS = [
    'predict("02.same_epochs")',
    "show(panels.forgetting(network, first, (x, y, x, y)))",
    "show(panels.calculator())",
    "show(panels.walk(network, first, x, y, batch_size=100, epochs=2, learning_rate=0.1))",
    "show(panels.sizes(network, first, x, y, 2))",
    "show(further_panels.silent(network, first, x, y, 1))",
    "show(further_panels.batch_losses(rng.exponential(0.5, 1000)))",
]


@pytest.fixture
def projector(browser):
    """1280 × 720 pixels at 150 % zoom."""
    page = browser.new_page(viewport={"width": 853, "height": 480}, device_scale_factor=1.5)
    page.set_default_timeout(60_000)
    yield page
    page.close()


def test_each_panel_of_lesson_02_fits_a_projector_with_its_controls(course, lab, projector):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (SETUP, *CELLS)])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, course / "notebooks" / "en" / "class.ipynb")
    open_notebook(projector, lab, "notebooks/en/class.ipynb")
    projector.keyboard.press("Control+b")  # the file browser takes a third of the page
    run_all(projector)
    page_height = projector.locator(".jp-WindowedPanel-outer").bounding_box()["height"]
    for cell in range(1, len(CELLS) + 1):
        shown = projector.locator(".jp-Cell").nth(cell).locator(".jp-Cell-outputArea")
        assert shown.bounding_box()["height"] <= page_height
        if "predict" in CELLS[cell - 1]:
            shown.get_by_role("button", name="Show the answer").click()
            expect(shown).to_contain_text("✓")
            assert shown.bounding_box()["height"] <= page_height
            continue
        image = shown.locator("img:visible")
        assert image.bounding_box()["width"] == image.evaluate("image => image.naturalWidth") / 2
