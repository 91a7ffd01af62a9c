"""A JupyterLab of one's own on a copy of the course, and a Chromium to look at it with: for tests and benchmarks."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COURSE = (
    *("helpers", "course", "lessons", "data", "notebooks", "tools", "tests/parity"),
    *("jupyter_config.py", "requirements.txt"),
)
LAB = ("jupyterlab", "--config=jupyter_config.py", "--no-browser", "--ip=127.0.0.1", "--port={port}")
OPEN_TO_THIS_MACHINE = ("--IdentityProvider.token=", "--allow-root")
NO_CHROMIUM = "no Chromium is installed: install the package chromium, or set COURSE_CHROMIUM to its path"
KERNEL_IDLE = "() => document.querySelector('#jp-main-statusbar')?.textContent.includes('| Idle')"
WAITING = "[...document.querySelectorAll('.jp-InputPrompt')].some(prompt => prompt.textContent.includes('*'))"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def copy_course(folder: Path) -> Path:
    """Copy what a learner opens to ``folder``, since JupyterLab saves what it opens."""
    for name in COURSE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@contextmanager
def server(folder: Path, *command: str) -> Iterator[str]:
    """Run a Python module as a server in ``folder``; give its address once it answers."""
    port = _free_port()
    arguments = [sys.executable, "-m", *(part.format(port=port) for part in command)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(arguments, cwd=folder, **quiet)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # a kernel that is restarting keeps its server waiting
            process.kill()


def chromium_path() -> str | None:
    """The installed Chromium or Chrome, or the one that COURSE_CHROMIUM names; None where there is none."""
    names = (os.environ.get("COURSE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@contextmanager
def chromium(path: str) -> Iterator[Any]:
    """A headless Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def open_notebook(page: Any, lab: str, path: str) -> None:
    """Open ``path`` in a workspace of its own, so that nothing of an earlier one is restored."""
    workspace = re.sub(r"\W", "-", path)
    page.goto(f"{lab}/lab/workspaces/{workspace}/tree/{path}?reset")
    wait_opened(page)


def wait_opened(page: Any) -> None:
    """Wait until the notebook's cells are there and its kernel answers."""
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(KERNEL_IDLE)


def choose(page: Any, menu: str, item: str) -> None:
    """Choose the first ``item`` of ``menu``."""
    page.click(f".lm-MenuBar-item:has-text('{menu}')")
    page.click(f".lm-Menu-item:has-text('{item}') >> nth=0")


def start_all(page: Any) -> None:
    """Choose Run All Cells and see that they have begun."""
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(f"() => {WAITING}")


def run_all(page: Any) -> None:
    """Run all cells and wait for the last."""
    start_all(page)
    wait_all(page)


def wait_all(page: Any) -> None:
    """Wait until no cell is left to run."""
    page.wait_for_function(f"() => !{WAITING}", timeout=600_000)
    page.wait_for_function(KERNEL_IDLE)


def save(page: Any) -> None:
    """Save the notebook."""
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")


def reload(page: Any) -> None:
    """Load the page again and wait for its notebook."""
    page.reload()
    wait_opened(page)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address)
            return
        except urllib.error.HTTPError:  # it answers, if only to say that it has no such page
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the server stopped with code {process.returncode}.") from None
            time.sleep(0.2)
    raise TimeoutError(f"nothing answered at {address} within a minute.")
