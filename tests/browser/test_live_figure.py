"""The live figure in a real browser, on notebooks of its own: frames, a busy kernel, a restart, no kernel at all."""

import nbformat
import pytest

from tools.browser import open_notebook, run_all, start_all

SETUP = '''
import sys
sys.path.insert(0, "../..")
import matplotlib.pyplot as plt
import numpy as np
import course
from course import catalogue, controls, live, panel as panels
course.start("en")
catalogue._words("en")["demo"] = {"panel": {"slope": "slope"}}
def compute(slope):
    return slope * np.arange(10.0)

def build(figure):
    axes = figure.subplots()
    axes.set(xlim=(-1, 10), ylim=(-100, 100))
    line, = axes.plot([], [], "o--")
    return [line], lambda y: line.set_data(np.arange(10), y)

slope = controls.integer("slope", -10, 10, 1)
panel = panels.Panel("demo.panel", [slope], compute, build, lambda y: f"ends at {y[-1]:.0f}")
'''
SHOW = "live.show(panel)"
PLOTTING = '''
def picture(k):
    figure, axes = plt.subplots(figsize=(3, 2), dpi=80)
    axes.plot(np.sin(np.arange(50) * k), "o-")
    axes.set_title(f"$\\\\sin {k}x$")
    figure.canvas.draw()
    pixels = np.array(figure.canvas.buffer_rgba())
    plt.close(figure)
    return pixels

right = [picture(k) for k in range(10)]
wrong = sum(not np.array_equal(picture(i % 10), right[i % 10]) for i in range(200))
print(f"{wrong=}")
'''


@pytest.fixture
def notebook(course):
    """Write cells as a notebook in the course's copy; return its path there."""

    def write(name: str, *sources: str) -> str:
        cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
        made = nbformat.v4.new_notebook(cells=cells)
        made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(made, course / "notebooks" / "en" / f"{name}.ipynb")
        return f"notebooks/en/{name}.ipynb"

    return write


def picture(page):
    return page.locator(".jp-OutputArea img").first


def test_keys_move_the_picture_without_a_blank_or_a_jump(page, lab, notebook):
    open_notebook(page, lab, notebook("frames", SETUP, SHOW))
    run_all(page)
    page.evaluate("""() => {
      window.seen = [];
      const look = () => {
        const image = document.querySelector(".jp-OutputArea img");
        const area = document.querySelectorAll(".jp-OutputArea")[1];
        window.seen.push([image?.alt ?? null, image?.naturalWidth ?? 0, area.getBoundingClientRect().height]);
        requestAnimationFrame(look);
      };
      look();
    }""")
    handle = page.get_by_role("slider", name="slope")
    handle.focus()
    for _ in range(9):
        handle.press("ArrowRight")
        page.wait_for_timeout(60)
    page.wait_for_selector('img[alt="ends at 90"][src^="data:image/png"]')
    seen = page.evaluate("window.seen")
    assert len({alt for alt, _, _ in seen}) >= 8
    assert all(alt is not None and width > 0 for alt, width, _ in seen)
    assert len({round(height) for _, _, height in seen}) == 1


def test_two_hundred_figures_stay_right_while_a_slider_moves(page, lab, notebook):
    open_notebook(page, lab, notebook("busy", SETUP, SHOW, PLOTTING))
    start_all(page)
    handle = page.get_by_role("slider", name="slope")
    handle.focus()
    output = page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output pre")
    presses = 0
    while output.count() == 0 and presses < 4000:
        handle.press("ArrowRight" if presses // 15 % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(25)
        presses += 1
    assert output.first.inner_text().strip() == "wrong=0"
    assert presses > 20
    value = float(handle.get_attribute("aria-valuenow"))
    page.wait_for_selector(f'img[alt="ends at {9 * value:.0f}"][src^="data:image/png"]')


def test_after_a_restart_the_panel_says_that_it_has_stopped(page, lab, notebook):
    open_notebook(page, lab, notebook("restart", SETUP, SHOW))
    run_all(page)
    page.click(".lm-MenuBar-item:has-text('Kernel')")
    page.click(".lm-Menu-item:has-text('Restart Kernel…') >> nth=0")
    page.click(".jp-Dialog-button.jp-mod-accept")
    page.wait_for_selector(".course-panel.jupyter-widgets-disconnected")
    said = page.eval_on_selector(".course-panel", "panel => getComputedStyle(panel, '::before').content")
    assert "run the cells again" in said
    assert picture(page).evaluate("image => image.naturalWidth") > 0


def test_a_saved_notebook_opened_again_says_that_its_panel_has_stopped(page, lab, notebook):
    path = notebook("saved", SETUP, SHOW)
    open_notebook(page, lab, path)
    run_all(page)
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    page.evaluate("""async address => {
      for (const {id} of await (await fetch(`${address}/api/sessions`)).json()) {
        const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
        await fetch(`${address}/api/sessions/${id}`, {method: "DELETE", headers: {"X-XSRFToken": xsrf}});
      }
    }""", lab)
    open_notebook(page, lab, path)
    saved = page.locator(".jp-OutputArea-output.jupyter-widgets")
    saved.wait_for(state="attached")
    assert "model not found" in saved.text_content()
    assert "model not found" not in page.locator(".jp-Notebook").inner_text()
    assert "run the cells again" in saved.evaluate("output => getComputedStyle(output, '::before').content")
    assert picture(page).evaluate("image => image.naturalWidth") > 0


GROW = '''
import time
from course.growing import grow
catalogue._words("en")["demo"]["growing"] = {"growing": "it grows"}

def compute():
    for k in range(400):
        time.sleep(0.02)
        yield (k + 1) * np.ones(10)

grown = grow(panels.RunPanel("demo.growing", [], compute, build, lambda y: f"grown to {y[0]:.0f}", total=lambda: 400))
'''


def test_a_figure_grows_while_its_cell_runs_and_stays_after_an_interrupt(page, lab, notebook):
    open_notebook(page, lab, notebook("growing", SETUP, GROW, 'print(f"kept={grown[0]:.0f}")'))
    page.locator(".jp-Cell").nth(1).click()
    start_all(page)
    frames = set()
    growing = page.locator('img[alt="it grows"]')
    growing.wait_for()
    while len(frames) < 10:
        frames.add(growing.get_attribute("src"))
        page.wait_for_timeout(30)
    assert page.locator(".course-panel .progress-bar").evaluate("bar => bar.getBoundingClientRect().width") > 0
    page.click(".lm-MenuBar-item:has-text('Kernel')")
    page.click(".lm-Menu-item:has-text('Interrupt Kernel') >> nth=0")
    final = page.locator('img[alt^="grown to"]')
    final.wait_for(timeout=3000)
    reached = int(final.get_attribute("alt").split()[-1])
    assert 10 <= reached < 400
    assert growing.count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    page.locator(".jp-Cell").nth(2).click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(f".jp-OutputArea-output pre:has-text('kept={reached}')")
