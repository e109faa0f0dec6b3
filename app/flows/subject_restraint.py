"""What keeps us from using, or from erasing, what we know of somebody?

A restriction (GDPR art. 18, LGPD art. 18 IV) lets us store and nothing more: whoever calls is still
recognised and helped, but nothing is offered, nobody calls them, and worth plays no part.  A hold
keeps the records from being erased for as long as a duty or a claim needs them (GDPR art. 17(3),
LGPD art. 16).  Both hang on the records that a customer has when they are placed, so that neither a
merge nor a split shakes them off: one restrained record restrains its customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from uuid_utils.compat import uuid7

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.erasure import hold_still
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify.merge import current_id
from app.problems import NotFound
from app.vocabulary import CustomerId

RESTRAINTS = statement("app.flows", "subject_restraints")
RESTRAIN = statement("app.flows", "subject_restrain")
LIFT = statement("app.flows", "subject_lift")


class RestraintKind(StrEnum):
    """What may not be done: `restriction` use it, `hold` erase it."""

    RESTRICTION = "restriction"
    HOLD = "hold"


class RestraintReason(StrEnum):
    """Why; the first five restrict (GDPR art. 18(1), LGPD art. 18 IV), the others hold."""

    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL_PROCESSING = "unlawful_processing"
    NEEDED_FOR_CLAIMS = "needed_for_claims"
    OBJECTION_PENDING = "objection_pending"
    EXCESSIVE_DATA = "excessive_data"
    LEGAL_OBLIGATION = "legal_obligation"
    TAX_RETENTION = "tax_retention"
    LEGAL_CLAIM = "legal_claim"
    AUTHORITY_ORDER = "authority_order"


_RESTRICTS = frozenset(tuple(RestraintReason)[:5])


def reasons_for(kind: RestraintKind) -> frozenset[RestraintReason]:
    """Return the reasons that a restraint of this kind may have."""
    every = frozenset(RestraintReason)
    return _RESTRICTS if kind is RestraintKind.RESTRICTION else every - _RESTRICTS


@dataclass(frozen=True, slots=True)
class Restraint:
    """One order; ``ends_on`` is its last day, None until it is lifted."""

    restraint_id: UUID
    kind: RestraintKind
    reason: RestraintReason
    starts_at: datetime
    ends_on: date | None
    actor: str
    lifted_at: datetime | None = None
    lifted_by: str | None = None

    def holds(self, today: date) -> bool:
        """Return whether it is in force on a day."""
        return self.lifted_at is None and (self.ends_on is None or today <= self.ends_on)


def longest_hold(restraints: Iterable[Restraint], today: date) -> Restraint | None:
    """Return the hold in force that ends last, None where nothing keeps from erasing."""
    live = [r for r in restraints if r.kind is RestraintKind.HOLD and r.holds(today)]
    return max(live, key=lambda hold: (hold.ends_on or date.max, hold.restraint_id), default=None)


async def restraints_of(tx: Connection, customer: CustomerId) -> list[Restraint]:
    """Return what restrains a customer's records, oldest first, lifted and ended ones too.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    return await restraints_on(tx, await current_id(tx, customer))


async def restraints_on(tx: Connection, current: CustomerId) -> list[Restraint]:
    """Return the same of a customer whose id is known to be current."""
    return [
        Restraint(
            UUID(bytes=row.restraint_id.bytes),
            RestraintKind(row.kind),
            RestraintReason(row.reason),
            row.starts_at,
            row.ends_on,
            row.actor,
            row.lifted_at,
            row.lifted_by,
        )
        for row in await tx.execute(RESTRAINTS, {"customer_id": current})
    ]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be restrained, why, until when, and who says so."""

    kind: RestraintKind
    reason: RestraintReason
    ends_on: date | None
    actor: Actor


async def restrain(tx: Connection, customer: CustomerId, order: Order, now: datetime) -> Restraint:
    """Restrain every record a customer has now; what joins it later is restrained with it.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    held = await hold_still(tx, customer)
    placed = Restraint(uuid7(), order.kind, order.reason, now, order.ends_on, order.actor.name)
    await tx.execute(
        RESTRAIN,
        {
            "restraint_id": placed.restraint_id,
            "record_ids": sorted(held.records),
            "kind": placed.kind.value,
            "reason": placed.reason.value,
            "starts_at": now,
            "ends_on": placed.ends_on,
            "actor": placed.actor,
        },
    )
    current, reason = held.customer_id, placed.reason.value
    act = Act(order.actor, ActKind.CUSTOMER_RESTRICTED, now, current, reason=reason)
    await audit.note(tx, act)
    await _announce(tx, current)
    return placed


async def lift(
    tx: Connection, customer: CustomerId, restraint_id: UUID, actor: Actor, now: datetime
) -> None:
    """Lift a restraint, wherever its records are now; twice is as good as once.

    Raises:
        NotFound: there is no such restraint on this customer; or as ``restraints_of`` tells.
    """
    held = await hold_still(tx, customer)
    placed = await restraints_on(tx, held.customer_id)
    if restraint_id not in {each.restraint_id for each in placed}:
        raise NotFound("no such restraint is on this customer")
    await tx.execute(LIFT, {"restraint_id": restraint_id, "now": now, "actor": actor.name})
    await audit.note(tx, Act(actor, ActKind.CUSTOMER_RELEASED, now, held.customer_id))
    await _announce(tx, held.customer_id)


async def _announce(tx: Connection, customer: CustomerId) -> None:
    row = OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})
    await outbox.put(tx, [row])
