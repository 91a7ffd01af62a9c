"""The Korean edition says what the English one says, from the English as it is now, with the same code and numbers."""

import re
import string
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from matplotlib.ft2font import FT2Font

from tools.korean import ENGLISH, KOREAN, korean_path, stale
from tools.lessons import label, notebooks

ROOT = Path(__file__).resolve().parents[1]
FONT = ROOT / "course" / "fonts" / "NotoSansKR-Regular.ttf"
WORDS = sorted([*ROOT.glob("course/words/en/*.toml"), *ROOT.glob("lessons/*/words/en.toml"),
                *ROOT.glob("lessons/*/questions/en.toml")])  # fmt: skip
ENGLISH_NOTEBOOKS = notebooks("en")
HANGUL = re.compile("[가-힣]")
NOT_USED = (
    "에폭", "에포케", "그래디언트", "그라디언트", "그레디언트", "레이어", "로스", "웨이트", "노말라이제이션",
    "노멀라이제이션", "러닝 레이트", "바이어스", "에 의해", "되어지", "것이 가능",
)  # fmt: skip


def korean_words(path: Path) -> Path:
    return path.parents[1] / "ko" / path.name if path.parent.name == "en" else path.with_name("ko.toml")


def texts(path: Path) -> dict[str, Any]:
    """Every entry of a TOML file by its path in it."""
    def below(node: Any, place: str) -> dict[str, Any]:
        parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
        return {place: node} if parts is None else {
            key: value for name, part in parts for key, value in below(part, f"{place}.{name}").items()}  # fmt: skip

    return below(tomllib.loads(path.read_text("utf-8")), "")


def fields(text: str) -> set[str]:
    """The names that are put into ``text``."""
    return {re.split(r"[\[.]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def needs_korean(text: str) -> bool:
    """Whether ``text`` has English words beside names, in code or of frameworks, formulas and what is put in."""
    names = r"\{[^}]*\}|`[^`]*`|\$[^$]*\$|\b(ReLU|tanh|PyTorch|Keras)\b"
    return bool(re.search(r"[A-Za-z]{4}", re.sub(names, "", text)))


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_are_all_there_with_the_same_fields_and_in_korean(path):
    english, korean = texts(path), texts(korean_words(path))
    assert korean.keys() == english.keys()
    strings = {key: (english[key], korean[key]) for key in english if isinstance(english[key], str)}
    assert [key for key in english if key not in strings and english[key] != korean[key]] == []
    kept = re.compile(r"^\.lesson$|\.predict\..*\.answer$|\.taught$")
    assert [key for key, (one, other) in strings.items() if kept.search(key) and one != other] == []
    strings = {key: pair for key, pair in strings.items() if not kept.search(key)}
    if "questions" not in path.parts:
        assert [key for key, (one, other) in strings.items() if fields(one) != fields(other)] == []
    assert [key for key, (one, other) in strings.items() if needs_korean(one) and not HANGUL.search(other)] == []
    assert [(key, word) for key, (_, text) in strings.items() for word in NOT_USED if word in text] == []
    has = FT2Font(str(FONT)).get_charmap()
    syllables = {sign for _, text in strings.values() for sign in text if HANGUL.match(sign)}
    assert {sign for sign in syllables if ord(sign) not in has} == set()


@pytest.mark.parametrize("path", ENGLISH_NOTEBOOKS, ids=label)
def test_a_notebook_has_the_english_cells_and_code_and_prose_that_is_not_stale(path):
    english, korean = (nbformat.read(one, as_version=4) for one in (path, korean_path(path)))
    assert [(cell.id, cell.cell_type) for cell in korean.cells] == [(cell.id, cell.cell_type) for cell in english.cells]
    slides = [[cell.metadata.get("slideshow") for cell in one.cells] for one in (english, korean)]
    assert slides[1] == slides[0]
    code = [[cell.source for cell in one.cells if cell.cell_type == "code"] for one in (english, korean)]
    assert code[1] == [source.replace(ENGLISH, KOREAN) for source in code[0]]
    assert stale(english, korean) == []
    prose = {cell.id: cell.source for cell in korean.cells if cell.cell_type == "markdown"}
    assert [name for name, text in prose.items() if not HANGUL.search(text)] == []
    assert [(name, word) for name, text in prose.items() for word in NOT_USED if word in text] == []


@pytest.mark.parametrize("path", ENGLISH_NOTEBOOKS, ids=label)
def test_both_editions_print_the_same_and_link_the_same(path):
    english, korean = (nbformat.read(one, as_version=4).cells for one in (path, korean_path(path)))
    for one, other in zip(english, korean, strict=True):
        if one.cell_type == "code":
            printed = ["".join(output.text for output in cell.outputs if output.output_type == "stream")
                       for cell in (one, other)]  # fmt: skip
            lines = [text.splitlines() for text in printed]
            assert [line for line in lines[1] if not HANGUL.search(line)] == [
                line for line, korean_line in zip(*lines, strict=True) if not HANGUL.search(korean_line)]
        else:
            in_english = other.source.replace("](../en/", "](../ko/")  # lesson 00 of each links to the other
            links = [sorted(re.findall(r"\]\(([^)]*)\)", source)) for source in (one.source, in_english)]
            blocks = [re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL) for cell in (one, other)]
            assert links[0] == links[1]
            assert blocks[0] == blocks[1]


def glossary() -> dict[str, list[str]]:
    """The English words for each Korean term of lesson 00's glossary."""
    cells = {cell.id: cell.source for cell in nbformat.read(korean_path(ENGLISH_NOTEBOOKS[0]), as_version=4).cells}
    rows = [line.split("|")[1:3] for line in cells["glossary"].splitlines() if "|" in line]
    return {term.strip(): [word.strip() for word in re.split(r"[,()]", english) if word.strip()]
            for english, terms in rows[2:] for term in re.sub(r"\([^)]*\)", "", terms).split(",")}  # fmt: skip


def uses(prose: str, term: str, terms: Iterable[str]) -> bool:
    """Whether ``term`` stands in ``prose`` by itself, not as a part of a longer one of the ``terms``."""
    for longer in terms:
        prose = prose.replace(longer, "") if term in longer and term != longer else prose
    return bool(re.search(rf"(?<![가-힣]){term}(?!문)", prose))


@pytest.mark.parametrize("path", [path for path in notebooks("ko") if path.name[:2] != "00"], ids=label)
def test_a_term_has_its_english_in_brackets_once(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(re.sub(r"`[^`\n]*`", "", cell.source) for cell in cells if cell.cell_type == "markdown")
    terms = glossary()
    used = {term for term in terms if term != "학습" and uses(prose, term, terms)}  # an everyday word
    assert len(used) > 9
    assert [term for term in sorted(used)
            if not re.search(rf"\([^\n]{{0,30}}\b(?:{'|'.join(terms[term])})", prose, re.IGNORECASE)] == []  # fmt: skip
