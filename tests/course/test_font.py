"""The Hangul font that ships with the course loads in matplotlib and leaves no box in a figure."""

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextPath

FONTS = Path(__file__).parents[2] / "course" / "fonts"
FONT = FONTS / "NotoSansKR-Regular.ttf"
TERMS = "배치 크기 에포크 반복 내부 공변량 변화 정규화 규제 표준화"
SIGNS = "· × ÷ ± ≤ ≥ ≠ ≈ → ← ↑ ↓ ∞ − √ ∑ ∂ ∇ Σ σ μ γ β ε η λ … – — “ ” ‘ ’ ² ³ ⌈ ⌉ ⌊ ⌋"
FORMULA = r"$\gamma \hat{x} + \beta$"


@pytest.fixture
def manager():
    """Matplotlib's list of fonts with ours and not the system's own in it, put back as it was afterwards."""
    fonts = font_manager.fontManager
    before = list(fonts.ttflist)
    fonts.ttflist[:] = [font for font in before if font.name != "Noto Sans KR"]
    fonts.addfont(FONT)
    yield fonts
    fonts.ttflist[:] = before


@pytest.fixture
def missing_glyphs(caplog):
    """A function that draws a text in fonts and returns matplotlib's complaints about glyphs.

    Plain text complains by a warning; text with a formula in it does by the log.
    """

    def draw(text, fonts):
        with rc_context({"font.family": fonts}), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            figure = Figure()
            figure.text(0.1, 0.5, text)
            FigureCanvasAgg(figure).draw()
        messages = [str(warning.message) for warning in caught] + caplog.messages
        return [message for message in messages if "glyph" in message.lower()]

    return draw


def test_the_checksum_is_that_of_the_file():
    digest = hashlib.sha256(FONT.read_bytes()).hexdigest()
    assert (FONTS / "SHA256SUMS").read_text("utf-8") == f"{digest}  {FONT.name}\n"


def test_the_licence_lies_beside_it():
    text = (FONTS / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Copyright 2014-2021 Adobe" in text


def test_the_family_is_the_one_that_the_style_names(manager):
    assert FT2Font(str(FONT)).family_name == "Noto Sans KR"
    assert Path(manager.findfont("Noto Sans KR", fallback_to_default=False)) == FONT


def test_it_has_the_terms_and_the_signs_of_the_course():
    has = FT2Font(str(FONT)).get_charmap()
    assert [sign for sign in (TERMS + SIGNS).replace(" ", "") if ord(sign) not in has] == []


@pytest.mark.parametrize(("sign", "bracket", "missing"), [("⌈", "[", 3), ("⌉", "]", 2), ("⌊", "[", 1), ("⌋", "]", 0)])
def test_ceiling_and_floor_are_brackets_without_one_corner(sign, bracket, missing):
    drawn, model = (TextPath((0, 0), text, size=100, prop=FontProperties(fname=FONT)) for text in (sign, bracket))
    box = model.get_extents()
    corners = [(x, y) for y in (box.y1 - 1, box.y0 + 1) for x in (box.x0 + 1, box.x1 - 1)]
    assert np.allclose(drawn.get_extents().get_points(), box.get_points(), atol=0.1)
    assert [i for i, corner in enumerate(corners) if not drawn.contains_point(corner)] == [missing]


def test_it_has_every_syllable_of_ks_x_1001_and_all_printable_ascii():
    has = FT2Font(str(FONT)).get_charmap()
    syllables = [bytes([row, cell]).decode("euc_kr") for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF)]
    assert (syllables[0], syllables[-1], len(syllables)) == ("가", "힝", 2350)
    assert [sign for sign in [*syllables, *map(chr, range(32, 127))] if ord(sign) not in has] == []


@pytest.mark.parametrize("text", [f"{TERMS} {SIGNS}", f"{TERMS} {SIGNS} {FORMULA}"])
@pytest.mark.usefixtures("manager")
def test_no_box_is_drawn(missing_glyphs, text):
    assert missing_glyphs(text, ["Noto Sans KR", "DejaVu Sans"]) == []


@pytest.mark.parametrize("text", [TERMS, f"{TERMS} {FORMULA}"])
def test_a_box_would_be_seen(missing_glyphs, text):
    assert missing_glyphs(text, ["DejaVu Sans"]) != []
