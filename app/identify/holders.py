"""Whose is a value?  How many persons hold it, and past which number it is nobody's.

The holder of a value is a distinct person, told by first name and birth date; never a record, since
one person has many, and never a customer, since that is what we want to know.  Only where a source
tells records apart and gives a value without a name do its records stand for persons, under a limit
of their own: the telephone of the till in thousands of nameless sales.  What counts only grows as
facts come, so that a value past its limit is past it whatever came first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from app.identify.evidence import Limits, Link
from app.identify.names import parse_name
from app.identify.person import NOBODY, Person, person
from app.identify.spelling import is_first_name
from app.vocabulary import IdentifierKey, Party, RecordId

TOKEN_BYTES: Final = 16
_HALF: Final = TOKEN_BYTES // 2
_UNKNOWN: Final = bytes(_HALF)
_REMEMBERED: Final = 5_000

Token = bytes
"""A person as a record named them once: 8 bytes of hash of the first name, 8 of the birth date."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Of whom a record speaks: what its best profile says, and the persons it ever named."""

    source: str = ""
    keyed: bool = False
    tokens: frozenset[Token] = frozenset()
    name: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    social_name: str | None = field(default=None, repr=False)
    company_names: tuple[str, ...] = field(default=(), repr=False)
    party: Party = Party.UNKNOWN

    @property
    def person(self) -> Person:
        """Return the person, ready for comparison; of a company what its name says as words."""
        if self.party is Party.COMPANY:
            return _firm(self.name)
        return person(self.name, self.birth_date, self.social_name)


@lru_cache(maxsize=_REMEMBERED)
def _firm(name: str | None) -> Person:
    """Return what a company's name says, compared word by word as a person's is.

    It was never born and has no father: no suffix.  What begins with a first name ("Ana Modas")
    says nothing, or two spellings of one company would be two persons.
    """
    first = parse_name(name).first if name else ""
    if not first or is_first_name(first):
        return NOBODY
    return replace(person(name, None), suffix="")


def token(first_name: bytes | None, birth_date: bytes | None) -> Token:
    """Return what stands for a person in counts, from keyed hashes; zeros stand for unknown."""
    return (first_name or _UNKNOWN)[:_HALF] + (birth_date or _UNKNOWN)[:_HALF]


def first_name_in(of: Token) -> bytes | None:
    """Return what stands for the first name in a token, None where none was told."""
    return None if of[:_HALF] == _UNKNOWN else of[:_HALF]


def persons_in(tokens: Iterable[Token]) -> int:
    """Return how many persons were named: first names, and birth dates where one has several.

    A birth date alone is nobody in particular.  More tokens never make fewer persons.
    """
    born: dict[bytes, set[bytes]] = defaultdict(set)
    for each in tokens:
        if each[:_HALF] != _UNKNOWN:
            born[each[:_HALF]].add(each[_HALF:])
    return sum(max(1, len(dates - {_UNKNOWN})) for dates in born.values())


def generic_records(bearers: Mapping[RecordId, Bearer], limits: Limits) -> frozenset[RecordId]:
    """Return the records that stand for nobody: a till's default client has a hundred names."""
    return frozenset(
        record
        for record, bearer in bearers.items()
        if persons_in(bearer.tokens) > limits.persons_of_a_record
    )


def generic_values(
    links: Iterable[Link], bearers: Mapping[RecordId, Bearer], limits: Limits
) -> frozenset[IdentifierKey]:
    """Return the values that more persons hold than the epoch allows: nobody's from now on.

    However many contact persons a company has, its tax id is its own.
    """
    named: dict[IdentifierKey, list[Link]] = defaultdict(list)
    for link in links:
        if link.record_id in bearers and not link.beside:
            named[link.key].append(link)
    return frozenset(key for key, namings in named.items() if _is_generic(namings, bearers, limits))


def persons_behind(namings: Iterable[Link], bearers: Mapping[RecordId, Bearer]) -> int:
    """Return how many persons the records that name a value speak of."""
    held_by = (bearers.get(link.record_id) for link in namings)
    return persons_in(each for bearer in held_by if bearer for each in bearer.tokens)


def _is_generic(
    namings: Sequence[Link], bearers: Mapping[RecordId, Bearer], limits: Limits
) -> bool:
    most = limits.holders.get(namings[0].type)
    if most is None or len(namings) == 1:
        return False
    if persons_behind(namings, bearers) > most:
        return True
    keyed = (bearers[link.record_id] for link in namings if link.unnamed)
    unnamed = Counter(bearer.source for bearer in keyed if bearer.keyed)
    return max(unnamed.values(), default=0) > limits.nameless
