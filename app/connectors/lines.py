r"""Where does each line of a file begin, and in which encoding is it written?

Lines are split on the byte ``\n``, so UTF-8, Latin-1 and Windows-1252 are all read alike and an
offset in bytes is exact.  Nothing larger than ``MAX_LINE_BYTES`` is ever held.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from app.connectors.rows import START, DamagedFile, Mark, UnusableFile
from app.vocabulary import value_type

MAX_LINE_BYTES: Final = 1 << 20
_SAMPLE_BYTES: Final = 1 << 20
_BROKEN_GZIP: Final = (EOFError, gzip.BadGzipFile, zlib.error)


@value_type()
class Line:
    """One physical line with its line end; ``cut`` when it was longer than we hold."""

    number: int
    end: int
    data: bytes
    cut: bool = False


class SourceFile:
    """An open file, plain or gzip by its name, read line by line from any mark."""

    __slots__ = ("_damaged_after", "_disk", "_packed", "_text")

    def __init__(self, disk: IO[bytes], *, packed: bool) -> None:
        """Take a binary file that can seek."""
        self._damaged_after: int | None = None
        self._disk = disk
        self._packed = packed
        self._text = cast("IO[bytes]", gzip.GzipFile(fileobj=disk)) if packed else disk

    def read_bytes(self, offset: int) -> int:
        """Return how far the file on disk has been read when its text stands at ``offset``."""
        return self._disk.tell() if self._packed else offset

    def lines(self, after: Mark = START) -> Iterator[Line]:
        """Yield the lines after the mark, of a file that is compressed and damaged those before it.

        Whoever wants the whole file asks for the damage when the lines end.
        """
        read = after.line_number
        try:
            self._text.seek(after.offset)
            for line in self._lines(after):
                read = line.number
                yield line
        except _BROKEN_GZIP:
            self._damaged_after = read

    def refuse_damage(self) -> None:
        """Tell of the damage at which the lines ended, if any.

        Raises:
            DamagedFile: after some lines.
            UnusableFile: before the first.
        """
        if self._damaged_after == 0:
            raise UnusableFile("the file is damaged: it cannot be unpacked")
        if self._damaged_after is not None:
            raise DamagedFile(self._damaged_after)

    def _lines(self, after: Mark) -> Iterator[Line]:
        number, end = after.line_number, after.offset
        while data := self._text.readline(MAX_LINE_BYTES):
            number += 1
            end += len(data)
            cut = len(data) == MAX_LINE_BYTES and not data.endswith(b"\n")
            if cut:
                end += self._skip_to_line_end()
            yield Line(number, end, data, cut)

    def _skip_to_line_end(self) -> int:
        skipped = 0
        while data := self._text.readline(MAX_LINE_BYTES):
            skipped += len(data)
            if data.endswith(b"\n"):
                break
        return skipped


@contextmanager
def open_source(path: Path) -> Iterator[SourceFile]:
    """Open a file for reading; a name that ends in ``.gz`` is unpacked on the way."""
    with path.open("rb") as disk:
        yield SourceFile(disk, packed=path.suffix == ".gz")


def total_bytes(path: Path) -> int:
    """Return the bytes on disk, the whole that ``Row.read_bytes`` is a part of."""
    return path.stat().st_size


def detect_encoding(source: SourceFile) -> str:
    """Return the encoding shown by the first stretch that is not plain ASCII.

    UTF-8 is so strict that other text passes for it only by accident; what is not UTF-8 is taken
    for Windows-1252, or for Latin-1 where it has bytes that Windows-1252 leaves undefined.

    Raises:
        UnusableFile: the file is UTF-16, as Excel's "Unicode text" is, or some of its lines are
            UTF-8 and others are not: one of both would be spoilt.
    """
    sample = _first_accents(source)
    are_utf8 = {_decodes(line, "utf-8") for line in sample.split(b"\n") if not line.isascii()}
    if len(are_utf8) > 1:
        raise UnusableFile(
            "some lines are UTF-8 and others are not; say with `encoding` in the mapping what the"
            " file is, and the others are refused"
        )
    if are_utf8 == {False}:
        return next(name for name in ("cp1252", "latin-1") if _decodes(sample, name))
    return "utf-8"


def is_utf8(source: SourceFile) -> bool:
    """Tell whether the first stretch that is not plain ASCII is UTF-8, if there is one.

    Raises:
        UnusableFile: the file is UTF-16.
    """
    sample = _first_accents(source)
    return bool(sample) and _decodes(sample, "utf-8")


def _first_accents(source: SourceFile) -> bytes:
    for number, sample in enumerate(_samples(source)):
        if number == 0 and sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise UnusableFile("the file is UTF-16; save it as UTF-8 (CSV UTF-8 in Excel)")
        if not sample.isascii():
            return sample
    return b""


def _samples(source: SourceFile) -> Iterator[bytes]:
    """Yield whole lines, about a megabyte at a time: no character is cut in two."""
    held = bytearray()
    for line in source.lines():
        held += line.data
        if len(held) >= _SAMPLE_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
