"""The live figure in a real browser, on notebooks of its own: frames, a busy kernel, reloads, no kernel at all."""

import nbformat
import pytest
from playwright.sync_api import expect

from course import catalogue
from tools.browser import choose, open_notebook, reload, run_all, save, start_all

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
    line = figure.line("line", axes, marker="o", linestyle="--")
    return lambda y: line.set_data(np.arange(10), y)

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


STOPPED = catalogue.text("common.stopped")


def slider(page):
    handle = page.get_by_role("slider", name="slope").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    return handle


def shows(page, slope):
    """One picture is visible, at rest, and it is that of ``slope``."""
    page.wait_for_selector(f'.course-live img[alt="ends at {9 * slope}"][src^="data:image/png"]')
    expect(page.locator(".jp-OutputArea img:visible")).to_have_count(1)


def word(page, selector):
    """What the page says in the element's ``::before``, how large, and in which letters and colour."""
    return page.eval_on_selector(selector, """element => {
      const {content, fontFamily, fontSize, color, visibility} = getComputedStyle(element, "::before");
      return {content, fontFamily, fontSize, color, visibility};
    }""")


def prose(page):
    """The same of the page's text."""
    return page.eval_on_selector(".jp-OutputArea", """() => {
      const probe = Object.assign(document.createElement("div"), {className: "jp-RenderedHTMLCommon"});
      document.querySelector(".jp-Notebook").append(probe);
      const {fontFamily, fontSize, color} = getComputedStyle(probe);
      probe.remove();
      return {fontFamily, fontSize, color};
    }""")


def says_stopped(page, selector):
    """The word stands there, in the face, the size and the colour of the page's text."""
    said = word(page, selector)
    assert said.pop("content") == f'"{STOPPED}"'
    assert said.pop("visibility") == "visible"
    assert said == prose(page)


def test_keys_move_the_picture_without_a_blank_or_a_jump(page, lab, notebook):
    open_notebook(page, lab, notebook("frames", SETUP, SHOW))
    run_all(page)
    page.evaluate("""() => {
      window.seen = [];
      const look = () => {
        const image = document.querySelector(".course-live img");
        const area = document.querySelectorAll(".jp-OutputArea")[1];
        window.seen.push([image?.alt ?? null, image?.naturalWidth ?? 0, area.getBoundingClientRect().height]);
        requestAnimationFrame(look);
      };
      look();
    }""")
    handle = slider(page)
    for slope in range(2, 11):
        handle.press("ArrowRight")
        page.wait_for_selector(f'.course-live img[alt="ends at {9 * slope}"]')
    shows(page, 10)
    seen = page.evaluate("window.seen")
    assert len({alt for alt, _, _ in seen}) >= 8
    assert all(alt is not None and width > 0 for alt, width, _ in seen)
    assert len({round(height) for _, _, height in seen}) == 1


def test_two_hundred_figures_stay_right_while_a_slider_moves(page, lab, notebook):
    open_notebook(page, lab, notebook("busy", SETUP, SHOW, PLOTTING))
    start_all(page)
    handle = slider(page)
    output = page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output pre")
    presses = 0
    while output.count() == 0 and presses < 4000:
        handle.press("ArrowRight" if presses // 15 % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(25)
        presses += 1
    expect(output.first).to_have_text("wrong=0", use_inner_text=True)
    assert presses > 20
    shows(page, int(float(handle.get_attribute("aria-valuenow"))))


def test_a_reloaded_page_and_a_tab_opened_again_follow_and_show_one_picture(page, lab, notebook):
    path = notebook("reload", SETUP, SHOW)
    open_notebook(page, lab, path)
    run_all(page)
    slider(page).press("ArrowRight")
    shows(page, 2)
    save(page)
    reload(page)
    shows(page, 2)
    slider(page).press("ArrowRight")
    shows(page, 3)
    choose(page, "File", "Close Tab")
    page.wait_for_selector(".jp-Notebook", state="detached")
    open_notebook(page, lab, path)
    shows(page, 3)
    slider(page).press("ArrowRight")
    shows(page, 4)


def test_two_windows_on_one_notebook_both_follow(page, window, lab, notebook):
    path = notebook("two_windows", SETUP, SHOW)
    open_notebook(page, lab, path)
    run_all(page)
    save(page)
    other = window()
    other.goto(f"{lab}/lab/workspaces/other/tree/{path}?reset")
    for moved, slope in ((other, 2), (page, 3), (other, 4)):
        slider(moved).press("ArrowRight")
        for seen in (page, other):
            shows(seen, slope)
            assert float(slider(seen).get_attribute("aria-valuenow")) == slope


def test_two_panels_in_one_cell_both_live(page, lab, notebook):
    open_notebook(page, lab, notebook("two_panels", SETUP, f"{SHOW}\n{SHOW}"))
    run_all(page)
    handles = page.get_by_role("slider", name="slope")
    handles.nth(1).wait_for()
    for handle, key in zip(handles.all(), ("Home", "End"), strict=True):
        handle.press(key)
    page.wait_for_selector('.course-live img[alt="ends at -90"][src^="data:image/png"]')
    page.wait_for_selector('.course-live img[alt="ends at 90"][src^="data:image/png"]')
    expect(page.locator("img:visible")).to_have_count(2)


def test_after_a_restart_the_panel_says_that_it_has_stopped(page, lab, notebook):
    open_notebook(page, lab, notebook("restart", SETUP, SHOW))
    run_all(page)
    choose(page, "Kernel", "Restart Kernel…")
    page.click(".jp-Dialog-button.jp-mod-accept")
    page.wait_for_selector(".course-panel.jupyter-widgets-disconnected")
    says_stopped(page, ".course-panel")
    marks = "parts => parts.map(part => getComputedStyle(part, '::before').content)"
    assert set(page.locator(".course-panel .jupyter-widgets-disconnected").evaluate_all(marks)) == {"none"}
    shows(page, 1)


def test_a_saved_notebook_whose_kernel_is_gone_shows_what_is_stored_and_says_that_it_has_stopped(page, lab, notebook):
    path = notebook("saved", SETUP, SHOW)
    open_notebook(page, lab, path)
    run_all(page)
    slider(page).press("ArrowRight")
    shows(page, 2)
    save(page)
    page.evaluate("""async address => {
      for (const {id} of await (await fetch(`${address}/api/sessions`)).json()) {
        const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
        await fetch(`${address}/api/sessions/${id}`, {method: "DELETE", headers: {"X-XSRFToken": xsrf}});
      }
    }""", lab)
    open_notebook(page, lab, path)
    saved = page.locator(".jp-OutputArea-output.jupyter-widgets")
    saved.filter(has_text="model not found").wait_for(state="attached")
    says_stopped(page, ".jp-OutputArea-output.jupyter-widgets")
    assert saved.evaluate("output => getComputedStyle(output).visibility") == "hidden"
    stored = page.locator(".course-stored")
    assert stored.locator("img").evaluate("image => [image.alt, image.naturalWidth]") == ["ends at 9", 1800]
    expect(stored).to_have_text("ends at 9", use_inner_text=True)


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
    open_notebook(page, lab, notebook("growing", SETUP, GROW.replace("400", "4000"), 'print(f"kept={grown[0]:.0f}")'))
    page.locator(".jp-Cell").nth(1).click()
    start_all(page)
    sees_growth(page)
    page.wait_for_function("() => document.querySelector('.progress-bar').getBoundingClientRect().width > 0")
    choose(page, "Kernel", "Interrupt Kernel")
    final = page.locator('.course-live img[alt^="grown to"]')
    final.wait_for()
    reached = int(final.get_attribute("alt").split()[-1])
    assert 3 <= reached < 4000
    expect(page.locator("img:visible")).to_have_count(1)
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    page.locator(".jp-Cell").nth(2).click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(f".jp-OutputArea-output pre:has-text('kept={reached}')")


def test_a_figure_that_grew_during_a_reload_is_there_and_leaves_the_other_panels_alive(page, lab, notebook):
    open_notebook(page, lab, notebook("growing_reload", SETUP, SHOW, GROW))
    start_all(page)
    sees_growth(page)
    save(page)
    page.reload()  # the page waits for a kernel that is busy
    page.wait_for_selector('.course-live img[alt="grown to 400"][src^="data:image/png"]')
    slider(page).press("ArrowRight")
    page.wait_for_selector('.course-live img[alt="ends at 18"][src^="data:image/png"]')
    save(page)
    reload(page)
    page.wait_for_selector('.course-live img[alt="grown to 400"]')
    slider(page).press("ArrowRight")
    page.wait_for_selector('.course-live img[alt="ends at 27"][src^="data:image/png"]')
    expect(page.locator("img:visible")).to_have_count(2)


def sees_growth(page):
    """The picture that grows is replaced again and again."""
    frames = set()
    while len(frames) < 3:
        frames.add(page.locator('img[alt="it grows"]').get_attribute("src"))
        page.wait_for_timeout(30)


RUN = '''
import time
def compute(slope):
    for k in range(3000 if slope == 10 else 1):
        time.sleep(0.02)
        yield np.full(10, slope * k / 3000)

catalogue._words("en")["demo"]["panel"] = {"slope": "slope"}
def describe(y):
    return f"ends at {9 * y[0]:.0f}"

live.show(panels.RunPanel("demo.panel", [slope], compute, build, describe, total=lambda slope: 200))
'''


def test_a_run_goes_on_after_a_reload_and_can_be_stopped_there(page, lab, notebook):
    open_notebook(page, lab, notebook("run_reload", SETUP, RUN))
    run_all(page)
    save(page)
    slider(page).press("End")
    page.wait_for_selector('.course-live img[src^="data:image/jpeg"]')
    page.reload()
    reached = page.locator('.course-live img[src^="data:image/jpeg"]').get_attribute("alt")
    page.wait_for_function("alt => document.querySelector('.course-live img').alt !== alt", arg=reached)
    page.get_by_role("button", name="stop").click()
    page.wait_for_selector(".course-said:has-text('ends at')")
    said = page.locator(".course-said").text_content().strip()
    assert said != "ends at 90"
    page.wait_for_selector(f'.course-live img[alt="{said}"][src^="data:image/png"]')


def test_what_a_slider_means_is_announced_where_a_screen_reader_listens(page, lab, notebook):
    open_notebook(page, lab, notebook("announced", SETUP, SHOW))
    run_all(page)
    page.evaluate("""() => {
      const region = document.querySelector(".course-panel [role=status]");
      window.said = [];
      new MutationObserver(() => said.push(region.innerText)).observe(region, {childList: true, subtree: true});
    }""")
    handle = slider(page)
    for _ in range(5):
        handle.press("ArrowRight")
    shows(page, 6)
    page.wait_for_function("() => window.said.at(-1) === 'ends at 54'")


CHOICES = '''
catalogue._words("en")["demo"]["choices"] = {"size": "batch size", "rate": "rate"}
sizes = controls.choice("size", [1, 3, 10, 100], 3)
rate = controls.number("rate", 0.05, 1.1, 0.4, 0.05)  # on the page 0.4000000000000001, from where it is shown
asked = []
sized = panels.Panel("demo.choices", [sizes, rate], lambda **v: asked.append(v) or np.full(10, v["size"]), build, str)
live.show(sized)
'''


def test_a_slider_tells_its_value_and_not_its_options_index_and_computes_once_it_is_moved(page, lab, notebook):
    open_notebook(page, lab, notebook("values", SETUP, CHOICES, "print([choice['size'] for choice in asked[:2]])"))
    run_all(page)
    for name, keys in (("batch size", ["3", "10", "100", "100"]), ("rate", ["0.40", "0.45", "0.50", "0.55"])):
        for value in keys:
            page.wait_for_selector(f'[role=slider][aria-label="{name}"][aria-valuetext="{value}"]')
            page.locator(f'[role=slider][aria-label="{name}"]').press("ArrowRight")
    page.locator(".jp-Cell").nth(2).click()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".jp-OutputArea-output pre:has-text('[3, 10]')")


def test_on_a_narrow_page_a_track_keeps_its_length_and_all_is_reached_by_keyboard(page, lab, notebook):
    open_notebook(page, lab, notebook("narrow", SETUP, CHOICES))
    run_all(page)
    page.set_viewport_size({"width": 640, "height": 360})
    tracks = page.locator(".course-controls .noUi-target")
    tracks.first.scroll_into_view_if_needed()
    for track, label in zip(tracks.all(), page.locator(".course-controls .widget-label:visible").all(), strict=True):
        box, words = track.bounding_box(), label.bounding_box()
        assert box["width"] >= 150
        assert words["y"] + words["height"] <= box["y"] + box["height"]
        assert label.evaluate("label => label.scrollWidth <= label.clientWidth")
    area = page.locator(".jp-Notebook").bounding_box()
    for part in page.locator(".course-controls :is(.noUi-target, .widget-readout)").all():
        box = part.bounding_box()
        assert area["x"] <= box["x"]
        assert box["x"] + box["width"] <= area["x"] + area["width"]
    page.locator(".noUi-handle").first.focus()
    reached = []
    for _ in range(4):
        reached.append(page.evaluate("['aria-label', 'role'].map(name => document.activeElement.getAttribute(name))"))
        page.keyboard.press("Tab")
    assert reached == [[label, role] for label in ("batch size", "rate") for role in ("slider", "textbox")]
