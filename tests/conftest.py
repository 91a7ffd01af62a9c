"""What one test chooses, a language or a view, does not reach the next."""

import pytest

from course import catalogue, drawing


@pytest.fixture(autouse=True)
def _as_chosen_before():
    chosen = catalogue._chosen, drawing._chosen
    before = [dict(choices) for choices in chosen]
    yield
    for choices, values in zip(chosen, before, strict=True):
        choices.update(values)
