"""A notebook's code cells as Python: which names each makes and needs, and whether two say the same."""

import ast
import builtins
import re
import symtable
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

RUNS_ITS_CELL = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b.*\n")
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what reading a source may raise


@dataclass(frozen=True)
class Cell:
    """A cell as code; where it is no Python, ``fault`` says so. ``checks``: what it hands over, by exercise."""

    id: str
    tags: tuple[str, ...]
    is_code: bool
    source: str
    fault: str = ""
    makes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    checks: Mapping[str, str] = field(default_factory=dict)


def code_cell(cell: dict[str, Any]) -> Cell:
    """The cell of a notebook file, whatever is in it; magics and ``!commands`` become calls."""
    source, metadata = cell.get("source", ""), cell.get("metadata")
    source = source if isinstance(source, str) else "".join(map(str, source))
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = tuple(map(str, tags)) if isinstance(tags, list) else ()
    what = str(cell.get("id")), tags, cell.get("cell_type") == "code"
    source = RUNS_ITS_CELL.sub("", source)
    try:
        source = TransformerManager().transform_cell(source)
        tree = ast.parse(source)
    except UNREADABLE as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        return Cell(*what, source, f"its cell is not Python{line}: {said}.")
    return Cell(*what, source, "", names_made(tree.body), names_needed(source), _checks(tree))


def _checks(tree: ast.Module) -> dict[str, str]:
    """By exercise, what the cell's calls of `check` hand over, as Python writes it."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 2)
    found = [(call.args[0].value, ast.unparse(call.args[1])) for call in calls
             if getattr(call.func, "id", "") == "check" and isinstance(call.args[0], ast.Constant)]  # fmt: skip
    return {name: answer for name, answer in found if isinstance(name, str)}


def names_made(statements: list[ast.stmt]) -> frozenset[str]:
    """The names that a cell gives to the cells after it."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
        else:
            nodes = ast.walk(statement)
            names |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            for block in ("body", "orelse", "finalbody"):  # of if, for, while, with, try
                names |= names_made(getattr(statement, block, []))
    return frozenset(names)


def names_needed(source: str) -> frozenset[str]:
    """The names that a cell reads and does not make before; those of Python itself left out."""
    used: set[str] = set()
    tables = [symtable.symtable(source, "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        is_module = table.get_type() == "module"
        symbols = table.get_symbols()
        used |= {one.get_name() for one in symbols if one.is_referenced() and (is_module or one.is_global())}
    return frozenset(used - vars(builtins).keys())


def same(source: str, other: str) -> bool:
    """Whether two cells say the same to Python: comments, spaces and line breaks do not count."""
    try:
        return ast.dump(ast.parse(source)) == ast.dump(ast.parse(other))
    except UNREADABLE:
        return source.strip() == other.strip()
