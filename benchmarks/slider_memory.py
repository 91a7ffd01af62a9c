"""What 10,000 moves of a slider leave in memory: one kept figure, beside a figure left open each move.

    python benchmarks/slider_memory.py
"""

import asyncio
import gc
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import course  # noqa: E402
from course.live import Live  # noqa: E402
from lessons.gradient_descent import panels as gradient_descent  # noqa: E402

MOVES = 10_000
LEFT_OPEN = 100


def resident() -> float:
    """This process's resident memory, in MB."""
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


async def kept_figure(moves: int) -> float:
    """MB grown by ``moves`` moves of lesson 01's panel, each computed, drawn and made a display bundle."""
    live = Live(gradient_descent.descent())
    slider = next(iter(live.widgets.values()))
    low, step = slider.min, slider.step
    for warm_up in range(200):
        slider.value = low + step * (1 + warm_up % 50)
    before = resident()
    for move in range(moves):
        slider.value = low + step * (1 + move % 50)
    return resident() - before


def left_open(moves: int) -> float:
    """MB grown by a pyplot figure that each of ``moves`` moves leaves open."""
    plt.switch_backend("agg")
    plt.rcParams["figure.max_open_warning"] = 0
    before = resident()
    for _ in range(moves):
        figure, axes = plt.subplots(dpi=100)
        axes.plot(range(10))
        figure.canvas.draw()
    return resident() - before


if __name__ == "__main__":
    course.start("en")
    grown = asyncio.run(kept_figure(MOVES))
    print(f"one kept figure: {grown:.1f} MB after {MOVES} moves, {len(plt.get_fignums())} pyplot figures open")
    print(f"a figure left open each move: {left_open(LEFT_OPEN) / LEFT_OPEN:.2f} MB a move")
