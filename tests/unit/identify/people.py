"""Records, links and persons in a few letters, for the tests of clustering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from app.identify.cluster import Partition
from app.identify.evidence import Link
from app.identify.holders import Bearer, token
from app.identify.names import parse_name
from app.identify.parties import with_parties
from app.identify.rows import Content, StoredRecord
from app.vocabulary import IdentifierKey, IdentifierType, Party, RecordId

ROOT = UUID(int=7)
T0 = datetime(2026, 1, 1, tzinfo=UTC)


def record(name: str) -> RecordId:
    return RecordId(uuid5(ROOT, name))


def records(names: str) -> frozenset[RecordId]:
    return frozenset(record(letter) for letter in names)


def groups(*names: str) -> Partition:
    """Return the partition written as words: one group a word, one record a letter."""
    return frozenset(records(word) for word in names)


def link(
    name: str,
    kind: IdentifierType,
    value: str,
    party: Party = Party.UNKNOWN,
    *,
    days: tuple[int, int] = (0, 0),
    verified: bool = False,
    unnamed: bool = False,
) -> Link:
    first, last = (T0 + timedelta(days=day) for day in days)
    key = IdentifierKey(f"{kind}:{value}".encode())
    return Link(record(name), key, kind, "", party, verified, unnamed, first, last)


def phone(name: str, value: str = "1", *, days: tuple[int, int] = (0, 0)) -> Link:
    return link(name, IdentifierType.PHONE, value, days=days)


def email(name: str, value: str = "a@x") -> Link:
    return link(name, IdentifierType.EMAIL, value)


def cpf(name: str, value: str) -> Link:
    return link(name, IdentifierType.TAX_ID, value, Party.PERSON)


def cnpj(name: str, value: str = "firm") -> Link:
    return link(name, IdentifierType.TAX_ID, value, Party.COMPANY)


def bearer(
    name: str = "", born: str | None = None, *, source: str = "erp", firms: tuple[str, ...] = ()
) -> Bearer:
    tokens = frozenset({token(parse_name(name).first.encode().ljust(8), None)}) if name else ()
    return Bearer(
        source,
        keyed=True,
        tokens=frozenset(tokens),
        name=name or None,
        birth_date=born,
        company_names=firms,
    )


def bearers(**named: str) -> dict[RecordId, Bearer]:
    """Return who records speak of; "Ana Souza|1984-05-02" gives a birth date too."""
    found = {}
    for letter, told in named.items():
        name, _, born = told.partition("|")
        found[record(letter)] = bearer(name, born or None)
    return found


def content(links: Iterable[Link], told: Mapping[RecordId, Bearer]) -> Content:
    """Return a component as it is read, before anybody asked whose its records are."""
    stored = {
        each: StoredRecord(each, None, None, anonymous=False, generic=False, bearer=said)
        for each, said in told.items()
    }
    return Content(stored, list(links))


def sided(
    links: Iterable[Link], told: Mapping[RecordId, Bearer]
) -> tuple[list[Link], dict[RecordId, Bearer]]:
    """Return links and bearers as they are judged: of persons, companies, and who is beside one."""
    found = with_parties(content(links, told))
    return found.links, {each: stored.bearer for each, stored in found.records.items()}
