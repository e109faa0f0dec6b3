"""Where does a command write?  Never over what it reads, and under a name only what is whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import typer

STDOUT: Final = Path("-")


class UnusableOutput(Exception):
    """What was asked for cannot be written there; says where and why."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Take where it should have gone, and what the system said."""
        super().__init__(f"{path} cannot be written: {error.strerror or error}")


@contextmanager
def writing(out: Path) -> Iterator[BinaryIO]:
    """Yield where to write; a file appears under its name only when it is whole.

    Raises:
        UnusableOutput: nothing can be written there, or no more.
    """
    try:
        with _opened(out) as file:
            yield file
    except BrokenPipeError:  # whoever reads has seen enough; the shell knows what that means
        raise
    except OSError as error:
        if error.filename is not None and not str(error.filename).startswith(str(out)):
            raise  # it is about another file, and is not told as if it were about this one
        raise UnusableOutput(out, error) from None


@contextmanager
def _opened(out: Path) -> Iterator[BinaryIO]:
    if out == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if out.exists() and not out.is_file():  # a pipe or a device: never put a file in its place
        with out.open("wb") as file:
            yield file
        return
    draft = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def refuse_over(option: str, written: Path | None, **others: Path | None) -> None:
    """Refuse to write over what the command reads or writes beside it.

    ``others`` are named as people know them: ``truth`` for ``--truth``.

    Raises:
        typer.BadParameter: it is the same file as one of the others.
    """
    for name, other in others.items():
        if written is not None and other is not None and _is_same(written, other):
            told = name.replace("_", " ")
            raise typer.BadParameter(f"the {told} is the same file", param_hint=option)


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()
