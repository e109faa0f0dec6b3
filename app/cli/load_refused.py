"""Which lines were refused, and why?  NDJSON of {line, problem, raw}, for its owner's eyes only."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from app.cli.files import UnusableOutput
from app.cli.terminal import say
from app.flows.load import Refusal
from app.problems import Problem

SHOWN: Final = 5
"""Refusals told on the terminal: the reason of the first mostly explains the others."""

_FAULTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class RefusedSoFar:
    """How many lines a load has refused, by code, and up to which byte of which file they are."""

    codes: Mapping[str, int] = field(default_factory=dict)
    path: str | None = None
    bytes: int = 0

    def are_in(self, path: Path | None) -> bool:
        """Tell whether a load that writes to ``path`` may go on: there are none, or all are there.

        A pipe keeps nothing.
        """
        if not self.codes:
            return True
        if path is None or self.path is None:
            return path is None and self.path is None
        return str(path.resolve()) == self.path and _is_as_long(path, self.bytes)


NONE_REFUSED: Final = RefusedSoFar()


def _is_as_long(path: Path, count: int) -> bool:
    return path.is_file() and path.stat().st_size >= count


class RefusedLines:
    """The file of refused lines, if one is wanted; and the first few, to be shown."""

    def __init__(self, path: Path | None, before: RefusedSoFar = NONE_REFUSED) -> None:
        """Keep what the earlier part of this load refused; what stood after it comes again.

        Raises:
            UnusableOutput: the file cannot be written.
        """
        self.path = path
        self.first: list[Refusal] = []
        self._codes = Counter(before.codes)
        self._bytes = before.bytes
        self._descriptor: int | None = None
        if path is not None:
            try:
                self._open(path, before.bytes)
            except OSError as error:
                raise UnusableOutput(path, error) from None

    @property
    def so_far(self) -> RefusedSoFar:
        """Return what has been refused, with the earlier part of this load."""
        where = None if self.path is None else str(self.path.resolve())
        return RefusedSoFar(dict(self._codes.most_common()), where, self._bytes)

    def _open(self, path: Path, keep_bytes: int) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        found = os.fstat(self._descriptor)
        if not stat.S_ISREG(found.st_mode):  # a pipe or a terminal: nothing stands there already
            return
        os.fchmod(self._descriptor, 0o600)
        self._bytes = min(keep_bytes, found.st_size)
        os.ftruncate(self._descriptor, self._bytes)
        os.lseek(self._descriptor, self._bytes, os.SEEK_SET)

    def add(self, refusals: Iterable[Refusal]) -> RefusedSoFar:
        """Write refusals at the end; return what has been refused so far.

        Raises:
            UnusableOutput: the file cannot be written any more.
        """
        for refusal in refusals:
            self._codes[refusal.problem.reason] += 1
            if len(self.first) < SHOWN:
                self.first.append(refusal)
            if self.path is not None and self._descriptor is not None:
                line = _line(refusal)
                try:
                    _write_all(self._descriptor, line)
                except OSError as error:
                    raise UnusableOutput(self.path, error) from None
                self._bytes += len(line)
        return self.so_far

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)

    def tell(self, count: int) -> None:
        """Say on the terminal what the first refusals were, of so many in all, and the codes."""
        for refusal in self.first:
            say(f"  {_told(refusal)}")
        if count > len(self.first):
            say(f"  and {count - len(self.first)} more")
        if self._codes:
            say("  " + ", ".join(f"{times} {code}" for code, times in self._codes.most_common()))
        if count:
            say(f"refused lines are in {self.path}" if self.path else "--refused FILE keeps them")


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of it: a disk that fills takes a part first, and says so only when asked again."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _told(refusal: Refusal) -> str:
    """Return a refusal in one line: where and why, never what stood there."""
    faults = [f"{fault.pointer} {fault.detail}".strip() for fault in refusal.problem.faults]
    why = "; ".join(faults[:_FAULTS_SHOWN]) or refusal.problem.detail
    return f"line {refusal.line_number}: {why}"


def _line(refusal: Refusal) -> bytes:
    document = {
        "line": refusal.line_number,
        "problem": _problem(refusal.problem),
        "raw": _text(refusal.raw).rstrip("\r\n"),
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.reason,
        "detail": problem.detail,
        "faults": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
            for fault in problem.faults
        ],
    }


def _text(raw: bytes) -> str:
    """Return a line as text; in Latin-1, which reads anything, where it is no UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
