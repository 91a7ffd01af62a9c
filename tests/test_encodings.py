"""Every text that is read or written names its encoding: on a Korean Windows the default is CP949, not UTF-8."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "course", "deploy", "helpers", "lessons", "tests", "tools")
OPENS = ("open", "fdopen", "TemporaryFile", "NamedTemporaryFile")
TEXTS = {"read_text": 0, "write_text": 1, "TextIOWrapper": 1}  # where the encoding may stand without its name
TABLES = ("loadtxt", "genfromtxt", "savetxt", "fromregex")
RUNS = ("run", "Popen", "check_output", "call", "check_call")


def nameless(source: str) -> list[int]:
    """The lines of ``source`` that read or write text without naming its encoding."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if _is_text(call) and not _names_encoding(call)]


def _is_text(call: ast.Call) -> bool:
    name, options = _called(call), {option.arg: option.value for option in call.keywords}
    if name in OPENS:
        constants = [node for node in (*call.args, *options.values()) if isinstance(node, ast.Constant)]
        modes = [node.value for node in constants if re.fullmatch(r"[rwaxbt+]+", str(node.value))]
        binary = name.endswith("TemporaryFile") if not modes else any("b" in mode for mode in modes)
        return not binary and not ast.unparse(call.func).startswith("Image.")
    return name in (*TEXTS, *TABLES) or (name in RUNS and bool({"text", "universal_newlines"} & set(options)))


def _names_encoding(call: ast.Call) -> bool:
    return any(option.arg == "encoding" for option in call.keywords) or len(call.args) > TEXTS.get(_called(call), 99)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def files() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_text_names_its_encoding():
    found = {path.relative_to(ROOT).as_posix(): nameless(path.read_text("utf-8")) for path in files()}
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert len(found) > 50


@pytest.mark.parametrize("path", [path for path in files() if path.parent.name in ("benchmarks", "tools")],
                         ids=lambda path: path.stem)
def test_what_prints_more_than_ascii_says_in_which_encoding(path):
    source = path.read_text("utf-8")
    printed = "".join(re.findall(r'"[^"\n]*"', re.sub(r'""".*?"""|#[^\n]*', "", source, flags=re.DOTALL)))
    assert printed.isascii() or "print(" not in source or "sys.stdout.reconfigure(" in source


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "tests/nbval.cfg"])
def test_files_that_other_programs_read_in_the_systems_encoding_are_ascii(name):
    assert (ROOT / name).read_bytes().isascii()


@pytest.mark.parametrize(("source", "count"), [
    ("open(path)", 1), ("open(path, 'w')", 1), ("open(path, mode='wb')", 0), ("path.open()", 1), ("path.open('xb')", 0),
    ("open(path, encoding='utf-8')", 0), ("path.read_text()", 1), ("path.read_text('utf-8')", 0),
    ("path.write_text('b')", 1), ("path.write_text('b', 'utf-8')", 0), ("path.write_text('b', encoding='utf-8')", 0),
    ("subprocess.run(['git'], text=True)", 1), ("subprocess.run(['git'])", 0), ("np.loadtxt(path)", 1),
    ("subprocess.run(['git'], text=True, encoding='utf-8')", 0), ("NamedTemporaryFile()", 0),
    ("NamedTemporaryFile('w')", 1), ("Image.open(file)", 0), ("gzip.open(path, 'rt')", 1), ("os.fdopen(3, 'rb')", 0),
])  # fmt: skip
def test_what_counts_as_naming_an_encoding(source, count):
    assert len(nameless(source)) == count
