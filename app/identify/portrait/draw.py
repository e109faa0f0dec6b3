"""Who is a customer, as somebody?  Party, attributes with their provenance, relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.database.transaction import Connection
from app.identify.portrait import queries
from app.identify.portrait.relations import Relation, relation_of
from app.identify.portrait.survivorship import ProfileValue, survivors
from app.vocabulary import CustomerId, IdentifierType, Party

MOST_RELATED: Final = 20


@dataclass(frozen=True, slots=True)
class Related:
    """What another customer is to this one, and through what."""

    customer_id: CustomerId
    relation: Relation
    through: tuple[IdentifierType, ...]
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Portrait:
    """A customer as somebody; of each attribute the value that shows stands first."""

    party: Party
    attributes: Mapping[str, Sequence[ProfileValue]]
    related: tuple[Related, ...]

    @property
    def known(self) -> frozenset[str]:
        """Return the attributes of which some value may be true."""
        return frozenset(name for name, said in self.attributes.items() if said[0].fault is None)


async def portrait_of(
    tx: Connection, customer: CustomerId, source_rank: Sequence[str] = ()
) -> Portrait:
    """Return a customer as somebody; the id must be one that answers to itself."""
    said = await queries.said_of(tx, customer)
    sharing = await queries.sharing_with(tx, customer, MOST_RELATED)
    kin = await queries.kin_of(tx, [customer, *(each.customer_id for each in sharing)])
    me = kin[customer]
    related = tuple(
        Related(
            each.customer_id,
            relation_of(me, kin[each.customer_id]),
            each.types,
            each.last_seen_at,
        )
        for each in sharing
    )
    return Portrait(me.party, survivors(said, source_rank), related)
