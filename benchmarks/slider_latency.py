"""From a key on a slider to pixels in the browser, measured in one run on one server, the ways taking turns.

    python benchmarks/slider_latency.py

The floor is a bare slider with a `Label` that shows its value. The peer is what courses usually do: `interact` around
a function that ends in `plt.show()`, drawing what a panel of lesson 01, 02 or 05 draws. Ours are panels of the lessons;
lesson 05's scrubs 100 recorded steps of a training run, lesson 08's puts a digit into another batch.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools import browser  # noqa: E402

ROUNDS = 20
WARM_UP = 4
DRAG_MOVES = 30
DRAG_SECONDS = 1.0
SETTLED = "data:image/png"  # a panel's sharper picture of a value at rest

SETUP = '''
import sys
sys.path.insert(0, "../..")
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import course
from helpers import data
from course.shown import show_widget
from course.live import show
course.start("en")
'''
FLOOR = '''
slider = ipywidgets.IntSlider(value=50, max=100)
label = ipywidgets.Label("50")
slider.observe(lambda change: setattr(label, "value", str(change["new"])), "value")
show_widget(ipywidgets.VBox([slider, label]))
'''
PEER = '''
from course.drawing import Drawing
from course.panel import with_values
from lessons.batch_epoch_iteration import panels as batch_epoch_iteration
from lessons.gradient_descent import panels as gradient_descent

def peer(panel):
    first, *others = panel.controls
    fixed = {control.key: control.value for control in others}

    def draw(value):
        values, figure = {first.key: value, **fixed}, Drawing(panel.name, panel.size)
        with_values(panel.build(figure), panel.compute(**values), values)
        display(figure)

    numbers = {name: first.arguments[name] for name in ("min", "max", "step") if name in first.arguments}
    slider = first.widget(value=first.value, **numbers)
    show_widget(ipywidgets.interactive(draw, value=slider))

peer(MADE)
'''
DESCENT = '''
from lessons.gradient_descent import panels as gradient_descent
show(gradient_descent.descent())
'''
CALCULATOR = '''
from lessons.batch_epoch_iteration import panels as batch_epoch_iteration
show(batch_epoch_iteration.calculator())
'''
WALK = '''
from helpers.network import Network, initialize
from lessons.batch_epoch_iteration import experiments, panels

x, y, _, _ = experiments.sorted_digits()
network = Network((784, 32, 32, 10))
start = initialize(network, np.random.default_rng(0))
show(panels.walk(network, start, x, y, batch_size=100, epochs=10, learning_rate=0.1))
'''
CLOUD = '''
from lessons.choosing_batch_and_epochs import panels
show(panels.cloud(np.random.default_rng(0).normal(0.05, 0.08, (1000, 2))))
'''
NORMS = '''
from lessons.signals_through_depth import panels
show(panels.layers())
'''
RECORD = '''
from lessons.internal_covariate_shift import drift, experiments
train, probe = data.train_test_split(data.load_digits8(), n_test=300, seed=0)
run = list(experiments.moments(train, probe, std=0.1, learning_rate=0.3, updates=400, every=4))
'''
TABLE = '''
from lessons.batchnorm_forward import panels
show(panels.table(data.load_wine().x[[5, 48, 80, 110, 160]][:, [2, 9, 12]]))
'''
PATHS = '''
from lessons.batchnorm_backward import panels
six, dout = np.array([0.6, -0.4, -0.9, -1.5, -0.8, 1.5]), np.array([0.6, -1.0, 1.5, 0.4, -0.3, 0.9])
show(panels.paths(six, dout, gamma=1.5))
'''
MATES = '''
from helpers.network import Network, initialize
from lessons.train_vs_inference import batch_mates
from helpers.training import train
(digits, test), network = data.split_mnist(), Network((784, 32, 10), "relu", batchnorm=True)
start, settings = initialize(network, np.random.default_rng(0), dtype=np.float32), {"epochs": 1, "learning_rate": 0.2}
run = train(network, start, digits.x, digits.y, batch_size=60, rng=np.random.default_rng(1), drop_last=True, **settings)
show(batch_mates.mates(network, run.parameters, run.running, test, example=111))
'''
WAYS = {
    "floor": FLOOR,
    "interact 01": PEER.replace("MADE", "gradient_descent.descent()"),
    "interact 02": PEER.replace("MADE", "batch_epoch_iteration.calculator()"),
    "interact 05": RECORD + PEER.replace("MADE", "drift.histograms(run)"),
    "01 descent": DESCENT,
    "02 calculator": CALCULATOR,
    "02 walk": WALK,
    "03 cloud": CLOUD,
    "04 norms": NORMS,
    "05 histograms": RECORD + "show(drift.histograms(run))",
    "06 table": TABLE,
    "07 paths": PATHS,
    "08 mates": MATES,
}

# What a learner sees of a way: a label's text, or a picture that has been decoded. Looked at once a frame.
LOOK = """cell => {
  const image = cell.querySelector("img");
  if (image) return image.complete && image.naturalWidth ? image.src : null;
  return cell.querySelector(".widget-vbox > .widget-vbox > .widget-label")?.textContent ?? null;
}"""
WATCH = f"""([cell]) => {{
  const look = {LOOK};
  const watched = {{frames: [], heights: new Set(), blanks: 0, key: null, answered: null}};
  cell.watched = watched;
  cell.addEventListener("keydown", () => {{ watched.key = performance.now(); watched.answered = null; }}, true);
  let last = look(cell);
  const frame = () => {{
    const now = performance.now(), seen = look(cell);
    watched.heights.add(Math.round(cell.querySelector(".jp-OutputArea").getBoundingClientRect().height));
    if (seen === null) watched.blanks++;
    else if (seen !== last) {{
      last = seen;
      watched.frames.push([now, seen]);
      if (watched.key !== null && watched.answered === null) watched.answered = now - watched.key;
    }}
    requestAnimationFrame(frame);
  }};
  requestAnimationFrame(frame);
}}"""


def main() -> None:
    """Measure all ways and print the table."""
    path = browser.chromium_path()
    if path is None:
        raise SystemExit(browser.NO_CHROMIUM)
    with tempfile.TemporaryDirectory() as folder:
        course = browser.copy_course(Path(folder))
        write_notebook(course / "notebooks" / "en" / "latency.ipynb")
        lab = browser.server(course, *browser.LAB, *browser.OPEN_TO_THIS_MACHINE)
        with lab as address, browser.chromium(path) as window:
            page = window.new_page(viewport={"width": 1280, "height": 720})
            browser.open_notebook(page, address, "notebooks/en/latency.ipynb")
            browser.run_all(page)
            page.wait_for_timeout(2000)
            cells = dict(zip(WAYS, page.query_selector_all(".jp-CodeCell")[1:], strict=True))
            for cell in cells.values():
                page.evaluate(WATCH, [cell])
            latencies = measure_keys(page, cells)
            drags = {name: measure_drag(page, cell) for name, cell in cells.items()}
    report(latencies, drags)


def write_notebook(path: Path) -> None:
    """One set-up cell, then one cell a way."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in (SETUP, *WAYS.values())])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def take_up(page: Any, cell: Any) -> None:
    """Bring a way's slider and picture into view, take hold of the slider, and let the page come to rest."""
    cell.evaluate("cell => cell.querySelector('.jp-Cell-outputWrapper').scrollIntoView()")
    cell.evaluate("cell => cell.querySelector('.noUi-handle').focus({preventScroll: true})")
    page.wait_for_timeout(300)


def measure_keys(page: Any, cells: dict[str, Any]) -> dict[str, list[float]]:
    """Milliseconds from keydown to the first changed frame: one key on each way in turn, then a rest."""
    latencies: dict[str, list[float]] = {name: [] for name in cells}
    for turn in range(WARM_UP + ROUNDS):
        key = "ArrowRight" if turn // 8 % 2 == 0 else "ArrowLeft"
        for name, cell in cells.items():
            take_up(page, cell)
            page.keyboard.press(key)
            page.wait_for_function("cell => cell.watched.answered !== null", arg=cell, polling=10)
            if turn >= WARM_UP:
                latencies[name].append(page.evaluate("cell => cell.watched.answered", cell))
            page.wait_for_timeout(600)
    return latencies


# A drag as the browser sees it, a change every 33 ms whatever the page is busy with.
DRAG = """async ([cell, moves, seconds]) => {
  const handle = cell.querySelector(".noUi-handle"), track = cell.querySelector(".noUi-target").getBoundingClientRect();
  const at = x => ({bubbles: true, cancelable: true, button: 0, buttons: 1, clientX: x, clientY: track.y + 2});
  const wait = when => new Promise(done => setTimeout(done, Math.max(0, when - performance.now())));
  handle.firstElementChild.dispatchEvent(new MouseEvent("mousedown", at(handle.getBoundingClientRect().x + 8)));
  Object.assign(cell.watched, {frames: [], heights: new Set(), blanks: 0});
  const start = performance.now();
  for (let move = 1; move <= moves; move++) {
    await wait(start + 1000 * seconds * move / moves);
    document.documentElement.dispatchEvent(new MouseEvent("mousemove", at(track.x + track.width * move / moves)));
  }
  const last = performance.now();
  document.documentElement.dispatchEvent(new MouseEvent("mouseup", at(track.x + track.width)));
  await wait(last + 2000);
  return {...cell.watched, heights: cell.watched.heights.size, seconds: (last - start) / 1000, last};
}"""


def measure_drag(page: Any, cell: Any) -> dict[str, float]:
    """Drag a slider from end to end in 30 changes in a second: distinct frames, time to the last, blanks, heights."""
    take_up(page, cell)
    page.keyboard.press("Home")
    page.wait_for_timeout(1500)
    watched = page.evaluate(DRAG, [cell, DRAG_MOVES, DRAG_SECONDS])
    moving = [(when, seen) for when, seen in watched["frames"] if not seen.startswith(SETTLED)] or watched["frames"]
    final = max(0.0, moving[-1][0] - watched["last"]) if moving else float("nan")
    return {**watched, "frames": len({seen for _, seen in moving}), "final": final}


def report(latencies: dict[str, list[float]], drags: dict[str, dict[str, float]]) -> None:
    """Print medians, 95th percentiles and ratios, and what the drag showed."""
    floor = statistics.median(latencies["floor"])
    peers = {name[-2:]: statistics.median(times) for name, times in latencies.items() if name.startswith("interact")}
    print("a key on the slider to changed pixels; then a drag: frames, from the last change to the last frame\n")
    print(f"{'way':15} {'median':>8} {'95 %':>8} {'to floor':>9} {'interact/way':>13}")
    for name, times in latencies.items():
        median, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        drag, peer = drags[name], peers.get(name[:2], peers.get(name[-2:], median))
        print(
            f"{name:15} {median:6.1f}ms {high:6.1f}ms {median / floor:8.2f}× {peer / median:12.1f}×   "
            f"{drag['frames']:.0f} in {drag['seconds']:.2f} s, {drag['final']:.0f} ms; "
            f"blanks {drag['blanks']:.0f}, heights {drag['heights']:.0f}"
        )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
