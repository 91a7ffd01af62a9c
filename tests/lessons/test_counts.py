"""A count that may be 1 stands before no plural: "step 1", "epochs: 1", and a translation needs no plural either."""

import re

import pytest

from course import catalogue

COUNTED = re.compile(r"\{(\w+)[^}]*\} (?:\w+ )?(steps|updates|epochs|iterations|batches|examples|digits|pictures)\b")
ALWAYS_MORE = {  # these counts are never 1
    "00.nobody": {"total"}, "00.mean_picture": {"total"},
    "01.start": {"steps"}, "01.fairest": {"steps"},
    "02.walk": {"all"}, "02.silent": {"updates"}, "02.batch_losses": {"n_batches", "n_examples"},
    "03.cloud": {"draws"},
}  # fmt: skip


@pytest.mark.parametrize("lesson", ["00", "01", "02", "03"])
def test_no_panel_puts_a_count_that_may_be_one_before_a_plural(lesson):
    sections = catalogue._words("en")[lesson]
    for name, section in sections.items():
        if isinstance(section, dict) and name not in ("exercise", "predict", "environment", "reset"):
            found = {count for text in texts_in(section) for count, _ in COUNTED.findall(text)}
            assert found <= ALWAYS_MORE.get(f"{lesson}.{name}", set()), f"{lesson}.{name}"


def texts_in(node) -> list[str]:
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [node] if isinstance(node, str) else [text for part in parts for text in texts_in(part)]
