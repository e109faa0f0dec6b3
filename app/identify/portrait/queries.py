"""How is a customer read as somebody?

What they are known by, how their records hang together, what sources and people said of them, and
whose contact points they share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.keys import OWN_SOURCE
from app.identify.names import parse_name
from app.identify.portrait.relations import Member
from app.identify.portrait.survivorship import ProfileValue
from app.identify.rows import KnownBy, RecordLink, SpokenWord
from app.vocabulary import Assurance, CustomerId, IdentifierType, Party

SAID_OF: Final = statement("app.identify.portrait", "said_of")
SHARING_WITH: Final = statement("app.identify.portrait", "sharing_with")
KIN_OF: Final = statement("app.identify.portrait", "kin_of")
HOLDINGS_OF: Final = statement("app.identify.portrait", "holdings_of")
RECORD_LINKS: Final = statement("app.identify.portrait", "record_links")
SPLIT_INTO: Final = statement("app.identify.portrait", "split_into")
WORDS_ABOUT: Final = statement("app.identify.portrait", "words_about")


@dataclass(frozen=True, slots=True)
class Sharing:
    """Another customer who has some of the same contact points."""

    customer_id: CustomerId
    types: tuple[IdentifierType, ...]
    last_seen_at: datetime


async def known_by(tx: Connection, customer: CustomerId) -> list[KnownBy]:
    """Return what a customer is known by, each identifier once."""
    rows = await tx.execute(HOLDINGS_OF, {"customer_id": customer})
    return [KnownBy(*row) for row in rows]


async def record_links(tx: Connection, customer: CustomerId) -> list[RecordLink]:
    """Return how a customer's records hang together."""
    rows = await tx.execute(RECORD_LINKS, {"customer_id": customer})
    return [RecordLink(*row) for row in rows]


async def words_about(tx: Connection, customer: CustomerId) -> list[SpokenWord]:
    """Return what people decided about a customer's records, oldest first."""
    rows = await tx.execute(WORDS_ABOUT, {"customer_id": customer})
    return [SpokenWord(*row) for row in rows]


async def split_into(tx: Connection, ids: Collection[CustomerId]) -> list[CustomerId]:
    """Return who holds records now that were once with a customer or an id it answers for."""
    rows = await tx.execute(SPLIT_INTO, {"customer_ids": list(ids)})
    return [CustomerId(row.customer_id) for row in rows]


async def said_of(tx: Connection, customer: CustomerId) -> list[ProfileValue]:
    """Return everything sources said of a customer, in no order."""
    rows = await tx.execute(SAID_OF, {"customer_id": customer, "own_source": OWN_SOURCE})
    return [
        ProfileValue(
            row.attribute,
            row.value,
            Assurance.of_rank(row.assurance),
            row.source,
            row.occurred_at,
            row.event_key,
            row.provider,
        )
        for row in rows
    ]


async def sharing_with(tx: Connection, customer: CustomerId, most: int) -> list[Sharing]:
    """Return who else has contact points of a customer's, whoever was seen last first."""
    rows = await tx.execute(SHARING_WITH, {"customer_id": customer, "most": most})
    return [
        Sharing(
            CustomerId(row.customer_id),
            tuple(IdentifierType(each) for each in row.types),
            row.last_seen_at,
        )
        for row in rows
    ]


async def kin_of(tx: Connection, customers: Collection[CustomerId]) -> dict[CustomerId, Member]:
    """Return of each customer what tells how it stands to others."""
    rows = await tx.execute(KIN_OF, {"customer_ids": list(customers)})
    known: dict[CustomerId, dict[str, set[str]]] = {each: defaultdict(set) for each in customers}
    for row in rows:
        found = known[row.customer_id]
        match row.trait:
            case "name":
                found["surnames"].update(parse_name(row.value).surnames)
            case "postal_code":
                found["postal_codes"].add(row.value)
            case "tax_id":
                found[f"{row.party} ids"].add(row.value)
            case _:
                found["parties"].add(row.party)
    return {each: _member(found) for each, found in known.items()}


def _member(found: dict[str, set[str]]) -> Member:
    """Return a member; of whom its records speak tells the party, a person before a company."""
    companies, people = found[f"{Party.COMPANY} ids"], found[f"{Party.PERSON} ids"]
    parties = found["parties"]
    if people or Party.PERSON in parties:
        party = Party.PERSON
    else:
        party = Party.COMPANY if companies or Party.COMPANY in parties else Party.UNKNOWN
    return Member(
        party,
        frozenset(found["surnames"]),
        frozenset(found["postal_codes"]),
        frozenset(companies),
    )
