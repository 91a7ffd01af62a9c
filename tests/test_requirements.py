"""What pip and nbval read: in the system's own encoding, and with a lower bound for each package."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FILES = ["requirements.txt", "requirements-dev.txt", "requirements-teaching.txt"]


@pytest.mark.parametrize("name", [*FILES, "tests/nbval.cfg"])
def test_what_is_read_in_the_systems_encoding_is_ascii(name):
    assert (ROOT / name).read_bytes().isascii()


@pytest.mark.parametrize("name", FILES)
def test_each_requirement_has_a_lower_bound(name):
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text("ascii").splitlines())
    for requirement in (Requirement(line) for line in lines if line and not line.startswith("-r")):
        assert any(part.operator == ">=" for part in requirement.specifier), requirement
