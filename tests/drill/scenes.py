"""Which two things may happen to the same people at once?  Scenes for two sessions, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from app.api.dependencies import House
from app.database.metadata import metadata
from app.database.transaction import Connection, Work
from app.flows.identity_decision import Regrouped
from app.identify import queries as identify
from app.identify.keys import keyed_record, own_record
from app.identify.normalise import normalise
from app.interact.outcomes import OutcomeKind
from app.simulation.numbering import mobile_of
from app.vocabulary import (
    CustomerId,
    DecisionId,
    Identifier,
    IdentifierType,
    RawIdentifier,
    RecordId,
)
from tests.builders import a_sale, an_event, phone
from tests.drill.deeds import answering, customer_of, erasing, merging, ringing, splitting, telling

PEOPLE: Final = "abc"
SOURCES: Final = ("erp", "till")

Deed = Callable[["Scene"], Work[Any]]


@dataclass(slots=True)
class Scene:
    """Three people nobody else has to do with; every scene has its own."""

    house: House
    number: int
    customers: dict[str, CustomerId] = field(default_factory=dict)
    decision: DecisionId | None = None

    def phone(self, who: str) -> dict[str, str]:
        """Return somebody's telephone."""
        return phone(mobile_of(len(PEOPLE) * self.number + PEOPLE.index(who) + 1, "11"))

    def sale(self, who: str, net: str = "10.00", *, by: str = "", **changes: Any) -> dict[str, Any]:
        """Return a sale to somebody, who gives the telephones of ``by``."""
        given = {
            "id": f"S-{self.number}",
            "record_key": f"{who}-{self.number}",
            "identifiers": [self.phone(each) for each in by],
        }
        return a_sale(net, **(given | changes))

    def record(self, who: str, source: str = "erp") -> RecordId:
        """Return the record a source has of somebody."""
        return keyed_record(self.house.keyed_hash, source, f"{who}-{self.number}")

    def labels(self) -> dict[RecordId, str]:
        """Return what the records of this scene are called in every scene."""
        known = {
            self.record(who, source): f"{who} {source}" for who in PEOPLE for source in SOURCES
        }
        return known | {self._asked(who): f"{who} asked" for who in PEOPLE}

    def _asked(self, who: str) -> RecordId:
        raw = RawIdentifier(IdentifierType.PHONE, self.phone(who)["value"])
        found = normalise(raw, country="BR")
        if not isinstance(found, Identifier):
            raise TypeError("a telephone of the simulation is one")
        return own_record(self.house.keyed_hash, found)


@dataclass(frozen=True, slots=True)
class Play:
    """Two deeds that may meet, and what has to be there before."""

    before: Callable[[Scene], Awaitable[None]]
    first: Deed
    second: Deed


async def nobody(_: Scene) -> None:
    """Start with people nobody has heard of."""


def customers(people: str) -> Callable[[Scene], Awaitable[None]]:
    """Start with people who have bought, each with a telephone, the oldest customer first."""

    async def bought(scene: Scene) -> None:
        for who in people:
            sale = scene.sale(who, by=who, id=f"B-{who}-{scene.number}")
            scene.customers[who] = await customer_of(scene.house, sale)

    return bought


async def one_of_two_records(scene: Scene) -> None:
    """Start with a customer born to one record, whom a telephone ties to another."""
    for who in "ab":
        bought = scene.sale(who, by="a", id=f"B-{who}-{scene.number}")
        scene.customers["a"] = await customer_of(scene.house, bought)


async def an_offer(scene: Scene) -> None:
    """Start with a regular customer who has been made an offer."""
    months = [f"2026-{month:02}-05T10:00:00-03:00" for month in range(1, 12)]
    bought = [
        scene.sale("a", "190.00", by="a", id=f"B-{at}-{scene.number}", time=at) for at in months
    ]
    scene.customers["a"] = await customer_of(scene.house, *bought)
    ring = ringing(scene.house, identifiers=[scene.phone("a")], context={"reason_closed": True})
    made = (await scene.house.database.write(ring))["decisions"][0]
    assert made["action"] is not None
    scene.decision = DecisionId(UUID(made["decision_id"]))


async def a_stranger(scene: Scene) -> None:
    """Start with somebody who rang once, and of whom nothing more is known."""
    await scene.house.database.write(ringing(scene.house, identifiers=[scene.phone("a")]))
    records = scene.labels()
    held = await scene.house.database.read(lambda tx: identify.customers_of(tx, records))
    (scene.customers["a"],) = held.values()


def tells(*documents: Callable[[Scene], dict[str, Any]]) -> Deed:
    """Tell events as one array."""
    return lambda scene: telling(scene.house, *(make(scene) for make in documents))


def merges(*people: str) -> Deed:
    """Merge customers."""
    return lambda scene: merging(scene.house, *(scene.customers[who] for who in people))


def splits_out(who: str) -> Deed:
    """Take a record out of the customer."""
    return lambda scene: splitting(scene.house, scene.customers["a"], [scene.record(who)])


def erases(who: str, *, may_return: bool = False) -> Deed:
    """Forget a customer."""
    return lambda scene: erasing(scene.house, scene.customers[who], may_return=may_return)


def answers(kind: OutcomeKind) -> Deed:
    """Tell what came of the offer."""

    def answer(scene: Scene) -> Work[Any]:
        assert scene.decision is not None
        return answering(scene.house, scene.decision, kind)

    return answer


def rings(who: str, *, is_one_call: bool = False) -> Deed:
    """Ring from somebody's telephone."""

    def ring(scene: Scene) -> Work[Any]:
        call = {"source": "pbx", "id": f"call-{scene.number}"} if is_one_call else None
        return ringing(scene.house, identifiers=[scene.phone(who)], interaction=call)

    return ring


def buys(who: str, net: str = "10.00", *, by: str = "", **changes: Any) -> Deed:
    """Tell of one sale."""
    return tells(lambda scene: scene.sale(who, net, by=by, **changes))


def refunds(scene: Scene) -> dict[str, Any]:
    """Return a refund of the sale."""
    given_back = {"net": "4.00", "refers_to": {"id": f"S-{scene.number}"}}
    return an_event(
        "refund", id=f"R-{scene.number}", record_key=f"a-{scene.number}", data=given_back
    )


def gives_back(scene: Scene) -> dict[str, Any]:
    """Return a refund of what Ana bought first, told by Bia's record."""
    given_back = {"net": "4.00", "refers_to": {"id": f"B-a-{scene.number}"}}
    return an_event(
        "refund", id=f"G-{scene.number}", record_key=f"b-{scene.number}", data=given_back
    )


def restated(net: str, hour: int) -> Callable[[Scene], dict[str, Any]]:
    """Return a statement of one order; the latest one holds."""
    return lambda scene: scene.sale(
        "a",
        net,
        id=f"O-{net}-{scene.number}",
        order_id=f"order-{scene.number}",
        time=f"2026-11-20T{hour:02}:00:00-03:00",
    )


def other(who: str, by: str = "") -> Callable[[Scene], dict[str, Any]]:
    """Return a sale told by another source."""
    return lambda scene: scene.sale(who, "3.00", by=by, source="till", id=f"T-{who}-{scene.number}")


def erp(who: str) -> Callable[[Scene], dict[str, Any]]:
    """Return a sale told by the first source."""
    return lambda scene: scene.sale(who, "5.00", by=who, id=f"E-{who}-{scene.number}")


PLAYS: Final = {
    "a pair is merged both ways round": Play(customers("ab"), merges("a", "b"), merges("b", "a")),
    "two merges share a customer": Play(customers("abc"), merges("a", "b"), merges("b", "c")),
    "a sale to one who is merged": Play(customers("ab"), merges("a", "b"), buys("b")),
    "a sale ties a third to one who is merged": Play(
        customers("abc"), merges("a", "b"), buys("b", by="bc")
    ),
    "a sale to the record that is split out": Play(one_of_two_records, splits_out("b"), buys("b")),
    "a sale ties what is split": Play(one_of_two_records, splits_out("b"), buys("b", by="a")),
    "a split of what is split": Play(one_of_two_records, splits_out("b"), splits_out("a")),
    "a refund passes its sale": Play(nobody, tells(refunds), buys("a")),
    "an order stated twice": Play(nobody, tells(restated("7.00", 9)), tells(restated("8.00", 10))),
    "two sources create one person": Play(nobody, tells(other("a", "a")), buys("a", by="a")),
    "one event twice": Play(nobody, buys("a", by="a"), buys("a", by="a")),
    "arrays name the same people crosswise": Play(
        nobody, tells(erp("a"), erp("b")), tells(other("b", "b"), other("a", "a"))
    ),
    "two facts tie three into one": Play(
        customers("abc"), buys("a", by="ab"), tells(other("c", "bc"))
    ),
    "a caller becomes known while it rings": Play(nobody, rings("a"), buys("a", by="a")),
    "a caller is merged while it rings": Play(customers("ab"), rings("b"), merges("a", "b")),
    "one call is rung twice": Play(
        nobody, rings("a", is_one_call=True), rings("a", is_one_call=True)
    ),
    "somebody buys who is erased": Play(customers("a"), erases("a"), buys("a", by="a")),
    "what somebody bought who is erased is given back to another": Play(
        customers("ab"), erases("a"), tells(gives_back)
    ),
    "somebody is erased to whom is given back what another bought": Play(
        customers("ab"), tells(gives_back), erases("b")
    ),
    "somebody rings who is erased": Play(customers("a"), erases("a"), rings("a")),
    "somebody is merged who is erased": Play(customers("ab"), erases("b"), merges("a", "b")),
    "somebody answers who is erased": Play(an_offer, erases("a"), answers(OutcomeKind.OPTED_OUT)),
    "a stranger buys who is forgotten": Play(
        a_stranger, erases("a", may_return=True), buys("a", by="a")
    ),
    "a stranger rings who is forgotten": Play(a_stranger, erases("a", may_return=True), rings("a")),
    "one answer twice": Play(
        an_offer, answers(OutcomeKind.ACCEPTED), answers(OutcomeKind.ACCEPTED)
    ),
    "a yes and a no": Play(an_offer, answers(OutcomeKind.ACCEPTED), answers(OutcomeKind.REJECTED)),
}


def said(result: object) -> object:
    """Return what a deed answered, without what differs from scene to scene."""
    match result:
        case Regrouped():
            return "regrouped", len(result.customers)
        case list():
            return tuple(item.status for item in result)
        case dict():
            return result["customer"]["state"]
        case _:
            return result


async def seen(tx: Connection, scene: Scene) -> object:
    """Return who is who in a scene, what they bought and what was said, in its own words."""
    labels = scene.labels()
    members, stats = metadata.tables["membership"], metadata.tables["customer_stat"]
    groups: dict[CustomerId, set[str]] = {}
    for row in await tx.execute(select(members).where(members.c.record_id.in_(labels))):
        groups.setdefault(row.customer_id, set()).add(labels[row.record_id])
    worth = {
        row.customer_id: (row.purchases, row.net)
        for row in await tx.execute(select(stats).where(stats.c.customer_id.in_(groups)))
    }
    kept = Counter[tuple[str, str]]()
    for name in ("contact", "touchpoint", "decision", "outcome", "consent_fact", "event"):
        table = metadata.tables[name]
        rows = await tx.execute(select(table.c.record_id).where(table.c.record_id.in_(labels)))
        kept.update((name, labels[row.record_id]) for row in rows)
    return (
        frozenset((frozenset(names), worth.get(customer)) for customer, names in groups.items()),
        frozenset(kept.items()),
    )
