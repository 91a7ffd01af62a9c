"""Make course/fonts/NotoSansKR-Regular.ttf: the characters that the course's figures use, out of the whole font.

    python tools/make_font.py FONT [--out course/fonts]

FONT is ``400Regular/NotoSansKR_400Regular.ttf`` of the npm package ``@expo-google-fonts/noto-sans-kr`` 0.4.3
(``npm pack`` it, then ``tar -x``). It lacks the signs of ceiling and floor, ⌈ ⌉ ⌊ ⌋, and matplotlib draws a box for
a missing sign in a label with a formula: so they are made here from the font's square brackets.

Needs fonttools, which the environment for the tests has because matplotlib brings it. The same font and the same
fonttools (4.68.0 for the file that ships) give the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

NAME = "NotoSansKR-Regular.ttf"
RANGES = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x00FF),  # Latin-1, with × ÷ · ± ² ³
    (0x0391, 0x03C9),  # Greek
    (0x2010, 0x2027),  # dashes, quotation marks, …
    (0x2030, 0x2033),  # ‰ ′ ″
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x2190, 0x21D4),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x25A0, 0x25FF),  # marks: ■ ▲ ●
    (0x3000, 0x3015),  # punctuation: 、 。 「 」 『 』
    (0x3131, 0x318E),  # single Hangul letters
]


def korean_syllables() -> list[int]:
    """The 2,350 syllables of KS X 1001: rows 16 to 40 of 94 cells each, as EUC-KR encodes them."""
    rows, cells = range(0xB0, 0xC9), range(0xA1, 0xFF)
    return [ord(bytes([row, cell]).decode("euc_kr")) for row in rows for cell in cells]


def characters() -> list[int]:
    """The code points asked for; those that the font lacks are passed over."""
    return korean_syllables() + [point for low, high in RANGES for point in range(low, high + 1)]


def subset_options() -> Options:
    """Keep outlines, widths and names; no kerning, so that every matplotlib sets the text alike."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.name_languages = ["*"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14]
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"]
    return options


def add_ceiling_and_floor(font: TTFont) -> None:
    """Add ⌈ ⌉ ⌊ ⌋ to the font: its square brackets, each with one of the two arms cut off."""
    for sign, bracket, has_top in (("⌈", "[", True), ("⌉", "]", True), ("⌊", "[", False), ("⌋", "]", False)):
        model = font.getBestCmap()[ord(bracket)]
        glyph = half_bracket(list(font["glyf"][model].coordinates), is_left=bracket == "[", has_top=has_top)
        name = f"uni{ord(sign):04X}"
        font["glyf"][name] = glyph
        font["hmtx"][name] = font["hmtx"][model]
        for table in font["cmap"].tables:
            table.cmap[ord(sign)] = name


def half_bracket(corners: list[tuple[int, int]], is_left: bool, has_top: bool) -> Glyph:
    """The outline of a square bracket with only its upper or only its lower arm, given the eight corners."""
    xs, ys = (sorted(set(values)) for values in zip(*corners, strict=True))
    outer, inner, end = xs if is_left else xs[::-1]
    far, _, arm_inside, arm = ys if has_top else ys[::-1]
    outline = [(outer, far), (outer, arm), (end, arm), (end, arm_inside), (inner, arm_inside), (inner, far)]
    pen = TTGlyphPen(None)
    # TrueType wants outlines clockwise; each mirroring turns the direction round.
    first, *others = outline if is_left == has_top else outline[::-1]
    pen.moveTo(first)
    for corner in others:
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def main() -> None:
    """Read the font's path from the command line; write the subset and its checksum."""
    parser = argparse.ArgumentParser(description="Make the font in course/fonts/ from the whole font.")
    parser.add_argument("font", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "course" / "fonts")
    arguments = parser.parse_args()
    font = TTFont(arguments.font, recalcTimestamp=False)
    subsetter = Subsetter(subset_options())
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    add_ceiling_and_floor(font)
    font.save(arguments.out / NAME)
    digest = hashlib.sha256((arguments.out / NAME).read_bytes()).hexdigest()
    (arguments.out / "SHA256SUMS").write_text(f"{digest}  {NAME}\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
