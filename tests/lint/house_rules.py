"""Which rules of this house does no linter know?  Small functions over one file each.

What a linter knows is left to it: ruff forbids ``print`` and asking the time (``TID251``),
import-linter holds the arrows between the rooms.  ``test_house_rules.py`` runs these over ``app``
and shows that each of them bites.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAMELESS: Final = frozenset({"common", "helper", "helpers", "manager", "misc", "service", "utils"})
"""Names that hide what a file is for."""

RUNS_SQL: Final = frozenset(
    {"exec_driver_sql", "execute", "executemany", "fetch", "fetchrow", "fetchval", "text"}
)
"""Functions whose first argument is a statement."""

SQL_HEADER: Final = ("Purpose", "Parameters", "Result")
"""What a statement in a file says of itself, in this order; ``Index`` may follow."""

STATEMENT_LOADER: Final = Path("app/database/statements.py")
"""The one place that makes a statement out of a text: the file it reads."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule, and what to do instead."""

    path: Path
    line: int
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.advice}"


Rule = Callable[[Path, str], Iterator[Finding]]


def nobody_but_the_database_room_commits(path: Path, source: str) -> Iterator[Finding]:
    """A transaction ends in one place, or an answer is sent before its facts are durable."""
    if path.parts[:2] == ("app", "database"):
        return
    for call in _calls(source):
        if _called(call) == "commit":
            yield Finding(
                path, call.lineno, "only app/database commits; take part in its transaction"
            )


def statements_are_not_put_together(path: Path, source: str) -> Iterator[Finding]:
    """A statement is a constant with bind parameters: never an f-string, ``%``, ``+`` or format."""
    if path == STATEMENT_LOADER:
        return
    for call in _calls(source):
        if _called(call) in RUNS_SQL and call.args and _is_put_together(call.args[0]):
            yield Finding(
                path, call.lineno, "bind parameters instead of putting the statement together"
            )


def files_say_what_they_are_for(path: Path, source: str) -> Iterator[Finding]:
    """A name like ``utils`` takes in everything and says nothing."""
    if path.stem in NAMELESS or path.parent.name in NAMELESS:
        yield Finding(path, 1, "name the file for what it answers")


def statements_in_files_introduce_themselves(path: Path, source: str) -> Iterator[Finding]:
    """A ``.sql`` file starts with its purpose, parameters and result, and the index relied on."""
    header = []
    for line in source.splitlines():
        if not line.startswith("--"):
            break
        header.append(line)
    said = tuple(re.findall(r"^-- ([A-Z][a-z]+):", "\n".join(header), flags=re.MULTILINE))
    if said not in {SQL_HEADER, (*SQL_HEADER, "Index")}:
        wanted = ", ".join(f"'-- {word}:'" for word in SQL_HEADER)
        yield Finding(path, 1, f"start with {wanted}")


PYTHON_RULES: Final[tuple[Rule, ...]] = (
    nobody_but_the_database_room_commits,
    statements_are_not_put_together,
    files_say_what_they_are_for,
)
SQL_RULES: Final[tuple[Rule, ...]] = (statements_in_files_introduce_themselves,)


def findings(root: Path, rule: Rule) -> list[Finding]:
    """Return what a rule finds in the files of ``app`` that it is for."""
    pattern = "*.sql" if rule in SQL_RULES else "*.py"
    return [
        finding
        for path in sorted((root / "app").rglob(pattern))
        for finding in rule(path.relative_to(root), path.read_text("utf-8"))
    ]


def _calls(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_put_together(argument: ast.expr) -> bool:
    match argument:
        case ast.JoinedStr():
            return any(isinstance(part, ast.FormattedValue) for part in argument.values)
        case ast.BinOp(op=ast.Mod() | ast.Add()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace")):
            return True
        case ast.Call(args=[inner, *_]) if _called(argument) == "text":
            return _is_put_together(inner)
        case _:
            return False
