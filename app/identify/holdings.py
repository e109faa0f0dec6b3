"""Who holds what was given, and by what could they be told apart?  The two statements of a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.database.hot import HotStatement
from app.database.rows import keys_text
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.parties import whose
from app.identify.rows import Holding
from app.identify.telling import Question, Traits, trait
from app.vocabulary import CustomerId, IdentifierKey, IdentifierType

WHO_HOLDS: Final = HotStatement(statement("app.identify", "who_holds"))
TRAITS_OF: Final = HotStatement(statement("app.identify", "traits_of"))


async def holdings_of(
    tx: Connection,
    keys: Collection[IdentifierKey],
    visits: Collection[IdentifierKey],
    at: datetime,
) -> list[Holding]:
    """Return every customer that holds any of the identifiers, an evidence row each.

    Those of whom it was said that it is not theirs are told apart: ``denied``.
    """
    rows = await WHO_HOLDS.rows(
        tx, {"identifier_keys": keys_text(keys), "visit_keys": keys_text(visits), "at": at}
    )
    found = [Holding(key, IdentifierType(kind), *rest) for key, kind, *rest in rows]
    denied = [held for held in found if held.denied]
    return [*whose([held for held in found if not held.denied]), *denied]


async def traits_of(tx: Connection, customers: Collection[CustomerId]) -> dict[CustomerId, Traits]:
    """Return by what these customers could be told apart, folded for comparison."""
    rows = await TRAITS_OF.rows(tx, {"customer_ids": list(customers)})
    known: dict[CustomerId, dict[Question, set[str]]] = {
        each: defaultdict(set) for each in customers
    }
    for row in rows:
        question, said = trait(row.trait, row.value)
        known[row.customer_id][question].update(said)
    return {
        each: Traits({question: frozenset(said) for question, said in found.items()})
        for each, found in known.items()
    }
