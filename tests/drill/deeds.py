"""What can be done to a house?  Every deed is a unit of work for ``house.database.write``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.api.dependencies import House
from app.api.touchpoint_document import TouchpointDocument
from app.database.transaction import Connection, Work
from app.flows.erasure import erase
from app.flows.event_command import ItemResult
from app.flows.event_intake import take_events
from app.flows.identity_decision import Regrouped, merge_customers, split_customer
from app.flows.outcome import OutcomeCommand, OutcomeResult, take_outcomes
from app.flows.touchpoint import answer_touchpoint
from app.identify.merge import Word
from app.interact.outcomes import OutcomeKind
from app.vocabulary import CustomerId, DecisionId, Locale, RecordId
from tests.builders import commands

AGENT = Word("an agent", "heard on the telephone")


def telling(house: House, *documents: dict[str, Any]) -> Work[list[ItemResult]]:
    """Take in events as one array."""

    async def tell(tx: Connection) -> list[ItemResult]:
        return await take_events(tx, commands(documents), house.reader, house.clock.now())

    return tell


def ringing(house: House, **document: Any) -> Work[dict[str, Any]]:
    """Answer a call; the document is that of ``POST /v1/touchpoints``, by voice unless it says."""
    asked = TouchpointDocument.model_validate({"channel": "voice"} | document)
    command = asked.command(Locale.PT_BR)

    async def ring(tx: Connection) -> dict[str, Any]:
        return (await answer_touchpoint(tx, command, house.desk, house.clock.now())).answer

    return ring


def answering(
    house: House, decision: DecisionId, kind: OutcomeKind, **more: Any
) -> Work[list[OutcomeResult]]:
    """Tell what came of a decision."""
    told = OutcomeCommand(decision, kind, house.clock.now(), **more)

    async def answer(tx: Connection) -> list[OutcomeResult]:
        return await take_outcomes(tx, [told], house.keyed_hash, house.clock.now())

    return answer


def merging(house: House, *customers: CustomerId) -> Work[Regrouped]:
    """Make customers one."""

    async def merge(tx: Connection) -> Regrouped:
        return await merge_customers(tx, customers, AGENT, house.clock.now())

    return merge


def splitting(house: House, customer: CustomerId, side: Sequence[RecordId]) -> Work[Regrouped]:
    """Take records out of a customer."""

    async def split(tx: Connection) -> Regrouped:
        return await split_customer(tx, customer, [side], AGENT, house.clock.now())

    return split


def erasing(house: House, customer: CustomerId, *, may_return: bool = False) -> Work[None]:
    """Forget a customer, who ``may_return`` if it was only one that asked and went."""

    async def forget(tx: Connection) -> None:
        await erase(tx, customer, house.clock.now(), may_return=may_return)

    return forget


async def customer_of(house: House, *documents: dict[str, Any]) -> CustomerId:
    """Tell of one person and return the customer that this makes."""
    named = {
        result.customer_id for result in await house.database.write(telling(house, *documents))
    }
    (customer,) = named
    if customer is None:
        raise AssertionError("these events name nobody")
    return customer
