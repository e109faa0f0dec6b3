"""How many numbers may a client ask about?  Enough for a call centre, too few to try them all.

Whoever holds the key of a telephone system can ask "whose number is this?" of one number after the
other.  Such a list is of numbers that are nobody's; callers, in contrast, are often customers.  So
in any rolling minute a key may ask about ``per_minute`` different numbers that nobody here has, and
about ``ROOM_FOR_EACH_KNOWN`` more for each that somebody has.  When that is used up every further
number is refused before it is looked up, known or not: the refusal tells nothing.  Numbers asked
about in the last minute may be asked about again.

They are remembered as hashes under a key of this process, for a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from math import ceil
from typing import Final
from uuid import UUID

from app.problems import TooMany

MINUTE_S: Final = 60.0
ROOM_FOR_EACH_KNOWN: Final = 4
"""One caller in five may be expected to be a customer; of numbers tried in order, hardly any is."""

MOST_KNOWN: Final = 10_000
"""Hits remembered of one key: past that the oldest give no more room."""

_HASH_BYTES: Final = 16

Number = tuple[str, str]
"""Type and value of an identifier, as it was given."""


class NumberBudget:
    """What the keys of one process asked about in the last minute.  Not for threads."""

    def __init__(self, per_minute: int, secret: bytes) -> None:
        """Allow ``per_minute`` different unknown numbers to each key; 0 sets no limit.

        ``secret`` is new for each process: what it remembers means nothing outside it.
        """
        self._per_minute = per_minute
        self._secret = secret
        self._asked: dict[UUID, _Asked] = {}

    @property
    def is_set(self) -> bool:
        """Tell whether there is a limit at all."""
        return self._per_minute > 0

    def ask(self, key_id: UUID, numbers: Iterable[Number], now_s: float) -> Question:
        """Return a question about numbers, which counts once it is answered.

        ``now_s`` is of a clock that only goes forwards.

        Raises:
            TooMany: there would be more new numbers than the key has left.
        """
        asked = self._asked.get(key_id)
        if asked is None:
            asked = self._asked[key_id] = _Asked()
        asked.forget(now_s - MINUTE_S)
        digests = [self._digest(number) for number in numbers]
        new = sum(asked.is_new(digest) for digest in digests)
        if new and len(asked.unknown) + new > self._per_minute + asked.room:
            raise TooMany(
                "this key asked about too many different numbers in a minute: ask again later, or"
                " have IDIP_DISTINCT_NUMBERS_PER_MINUTE raised",
                code="number-budget-used-up",
                retry_after_s=asked.frees_after_s(now_s),
            )
        return Question(asked, digests)

    def _digest(self, number: Number) -> bytes:
        """Hash a value without what may be written in two ways: punctuation, blanks, case."""
        kind, value = number
        plain = "".join(filter(str.isalnum, value)).lower()
        data = f"{kind} {plain}".encode()
        return blake2b(data, key=self._secret, digest_size=_HASH_BYTES).digest()


class _Asked:
    """What one key asked about, longest ago first."""

    __slots__ = ("known", "unknown")

    def __init__(self) -> None:
        self.known: dict[bytes, float] = {}
        self.unknown: dict[bytes, float] = {}

    @property
    def room(self) -> int:
        return ROOM_FOR_EACH_KNOWN * len(self.known)

    def is_new(self, digest: bytes) -> bool:
        return digest not in self.known and digest not in self.unknown

    def note(self, digest: bytes, now_s: float, *, known: bool) -> None:
        """Remember it, or that it was asked again; who has become known stays so."""
        was_known = self.known.pop(digest, None) is not None
        self.unknown.pop(digest, None)
        (self.known if known or was_known else self.unknown)[digest] = now_s
        if len(self.known) > MOST_KNOWN:
            del self.known[next(iter(self.known))]

    def forget(self, before_s: float) -> None:
        for numbers in (self.known, self.unknown):
            while numbers and (oldest := next(iter(numbers))) and numbers[oldest] <= before_s:
                del numbers[oldest]

    def frees_after_s(self, now_s: float) -> int:
        """Return when the next number is forgotten, in whole seconds."""
        oldest_s = next(iter(self.unknown.values()), now_s)
        return max(1, ceil(oldest_s + MINUTE_S - now_s))


class Question:
    """Numbers that were asked about together."""

    __slots__ = ("_asked", "_digests")

    def __init__(self, asked: _Asked, digests: list[bytes]) -> None:
        """Be made by ``NumberBudget.ask``."""
        self._asked = asked
        self._digests = digests

    def answered(self, now_s: float, *, known: bool) -> None:
        """Count it: of an answer about somebody one number gives room, the others were guesses."""
        for nth, digest in enumerate(self._digests):
            self._asked.note(digest, now_s, known=known and nth == 0)
