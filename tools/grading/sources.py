"""A notebook's code cells as Python: which names each makes and needs, and whether two say the same."""

import ast
import builtins
from dataclasses import dataclass
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what reading a source may raise


@dataclass(frozen=True)
class Cell:
    """A code cell; where it is no Python, ``fault`` says so in one sentence."""

    id: str
    tags: tuple[str, ...]
    source: str
    fault: str = ""
    makes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def code_cell(cell: dict[str, Any]) -> Cell:
    """The cell of a notebook file, whatever is in it; magics and ``!commands`` become calls."""
    source, metadata = cell.get("source", ""), cell.get("metadata")
    source = source if isinstance(source, str) else "".join(map(str, source))
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    what = str(cell.get("id")), tuple(map(str, tags)) if isinstance(tags, list) else ()
    try:
        source = TransformerManager().transform_cell(source)
        tree = ast.parse(source)
    except UNREADABLE as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        return Cell(*what, source, f"its cell is not Python{line}: {said}.")
    return Cell(*what, source, "", names_made(tree.body), names_needed(tree))


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


def names_needed(tree: ast.Module) -> frozenset[str]:
    """The names that a cell reads; those of its own functions' arguments may be among them."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return frozenset(used - vars(builtins).keys())


def same(source: str, other: str) -> bool:
    """Whether two cells say the same to Python: comments, spaces and line breaks do not count."""
    try:
        return ast.dump(ast.parse(source)) == ast.dump(ast.parse(other))
    except UNREADABLE:
        return source.strip() == other.strip()
