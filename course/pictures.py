"""Pictures with a description: what a figure becomes in a notebook, for eyes, for screen readers and for tests."""

import base64
import html
import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from course.catalogue import text

Bundle = dict[str, str]


def described_picture(pixels: np.ndarray, sentence: str, scale: int = 1, error: str | None = None) -> Bundle:
    """A display bundle: the picture with ``sentence`` below it and as its alternative text, and the sentence alone.

    pixels: (height, width, 4), uint8, with ``scale`` of them drawn for each one shown.
    error: a message shown in the sentence's place.
    """
    height, width = (side // scale for side in pixels.shape[:2])
    kind, data = ("jpeg", _jpeg(pixels)) if scale == 1 else ("png", _png(pixels))
    role = 'role="alert"' if error else 'aria-hidden="true"'
    picture = (
        f'<img alt="{html.escape(sentence)}" width="{width}" height="{height}"'
        f' style="max-width:100%;height:auto" src="data:image/{kind};base64,{data}">'
        f'<p {role} style="min-height:3em;line-height:1.5;margin:0;max-width:{width}px">'
        f"{html.escape(error or sentence)}</p>"
    )
    return {"text/plain": error or sentence, "text/html": picture}


def show_figure(figure: Figure, key: str, **numbers: Any) -> None:
    """Show a pyplot ``figure`` described by the catalogue's text ``key`` with its ``numbers``, and close it."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    bundle = described_picture(pixels, text(key, **numbers), scale=2)
    display({**bundle, "image/png": _png(pixels)}, raw=True)
    plt.close(figure)


def _png(pixels: np.ndarray) -> str:
    """``pixels`` as a PNG of 128 colours: as sharp as a full one and a quarter of its size."""
    image = Image.fromarray(pixels).convert("RGB")
    image = image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = np.array(image.getpalette()).reshape(-1, 3)
    palette[palette.min(axis=1) >= 250] = 255  # the quick palette rounds white to a very light grey
    image.putpalette(palette.ravel().tolist())
    return _encoded(image, "PNG", compress_level=6)


def _jpeg(pixels: np.ndarray) -> str:
    """JPEG: the quickest to make and to send, for a frame that the next one replaces."""
    height, width = pixels.shape[:2]
    image = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
    return _encoded(image, "JPEG", quality=65)


def _encoded(image: Image.Image, kind: str, **options: Any) -> str:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()
