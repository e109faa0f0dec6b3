from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.differentiate.fields import FIELDS as WORTH
from app.flows.desk import Desk
from app.flows.erasure import expire_idle
from app.flows.touchpoint import Told, answer_touchpoint
from app.flows.touchpoint_command import Interaction, TouchpointCommand
from app.interact.fields import FIELDS as DIALOGUE
from app.personalise.bundle import read_catalogue, shipped_document
from app.personalise.fields import FIELDS as DERIVED
from app.rules.fields import FieldRegistry
from app.vocabulary import Channel, Direction, IdentifierType, Locale, RawIdentifier
from tests.builders import a_sale, an_event, email, phone
from tests.conftest import Statements
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

Ring = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
def desk(keyed_hash: KeyedHash) -> Desk:
    catalogue = read_catalogue(shipped_document(), FieldRegistry.join(WORTH, DIALOGUE, DERIVED))
    return Desk(keyed_hash, "BR", ZoneInfo("America/Sao_Paulo"), "Empório Aurora", catalogue)


@pytest.fixture
def ring(connection: Connection, desk: Desk, clock: FixedClock) -> Ring:
    async def rang(**changes: Any) -> dict[str, Any]:
        context = changes.pop("context", {})
        given = {
            "interaction": None,
            "channel": Channel.VOICE,
            "direction": Direction.INBOUND,
            "identifiers": (RawIdentifier(IdentifierType.PHONE, "+55 11 98765-4321"),),
            "context": context,
            "slots": ("main",),
            "locale": Locale.PT_BR,
            "request": repr(context).encode(),
            "retold": bool(context),
        }
        command = TouchpointCommand(**(given | changes))
        told: Told = await answer_touchpoint(connection, command, desk, clock.now())
        return told.answer

    return rang


async def test_a_known_caller_costs_four_statements(
    take: Take, ring: Ring, statements: Statements
) -> None:
    [sale] = await take(a_sale(record_key="C-1", identifiers=[phone()], profile={"name": "Ana"}))
    statements.clear()
    answer = await ring()
    assert len(statements) == 4
    assert answer["customer"]["state"] == "known"
    assert answer["customer"]["id"] == str(sale.customer_id)
    assert answer["customer"]["display_name"] == "Ana"
    assert answer["value"]["segment"] == "new"


async def test_a_sale_changes_the_next_answer(take: Take, ring: Ring) -> None:
    await take(a_sale("10.00", record_key="C-1", identifiers=[phone()]))
    before = await ring()
    days = [f"2026-{month:02}-05T10:00:00-03:00" for month in range(1, 12)]
    await take(*[a_sale("900.00", record_key="C-1", time=day) for day in days])
    after = await ring()
    assert before["value"]["v"] < after["value"]["v"]
    assert after["value"]["segment"] == "champions"


async def test_an_unknown_caller_is_kept_and_told_apart_later(take: Take, ring: Ring) -> None:
    first = await ring()
    assert first["customer"]["state"] == "unknown"
    assert first["customer"]["id"] is None
    again = await ring()
    assert again["customer"]["state"] == "unknown"
    [sale] = await take(a_sale(record_key="C-1", identifiers=[phone()]))
    known = await ring()
    assert known["customer"]["id"] == str(sale.customer_id)


async def test_the_same_interaction_is_the_same_touchpoint(take: Take, ring: Ring) -> None:
    await take(a_sale(record_key="C-1", identifiers=[phone()]))
    call = Interaction("pbx", "call-1")
    first = await ring(interaction=call)
    assert await ring(interaction=call) == first
    anew = await ring(interaction=call, context={"reason_closed": True})
    assert anew["touchpoint_id"] == first["touchpoint_id"]
    assert anew["decisions"][0]["decision_id"] != first["decisions"][0]["decision_id"]
    assert await ring(interaction=call) == anew


async def test_the_same_interaction_about_somebody_else_is_not_answered_with_the_first(
    take: Take, ring: Ring
) -> None:
    """A switch whose calls are counted anew, or a caller who types a tax id after the ring."""
    await take(
        a_sale(record_key="C-1", identifiers=[phone()], profile={"name": "Ana"}),
        a_sale(id="2", record_key="C-2", identifiers=[email()], profile={"name": "Bruno"}),
    )
    call = Interaction("pbx", "call-1")
    mailbox = RawIdentifier(IdentifierType.EMAIL, str(email()["value"]))
    number = RawIdentifier(IdentifierType.PHONE, "+55 11 98765-4321")
    first = await ring(interaction=call, identifiers=(number,), request=b"1")
    other = await ring(interaction=call, identifiers=(mailbox,), request=b"2")
    assert other["touchpoint_id"] == first["touchpoint_id"]
    assert first["customer"]["display_name"] == "Ana"
    assert other["customer"]["display_name"] == "Bruno"
    # Told nothing that is new, a transfer hears what was answered last.
    for given in ((), (mailbox,)):
        assert await ring(interaction=call, identifiers=given, request=b"3") == other


async def test_an_open_complaint_stops_selling_and_is_cared_for(take: Take, ring: Ring) -> None:
    await take(
        a_sale(record_key="C-1", identifiers=[phone()]),
        an_event("complaint", record_key="C-1", data={"case_id": "K-1", "status": "opened"}),
    )
    answer = await ring(context={"reason_closed": True})
    assert answer["selling_allowed"]["allowed"] is False
    assert answer["decisions"][0]["strategy"] in {"complaint", "service", None}
    assert answer["routing"]["ivr"] == "skip"


async def test_an_unknown_visitor_on_the_web_gets_an_answer(ring: Ring) -> None:
    seen = (RawIdentifier(IdentifierType.VISIT, "visit-000009"),)
    answer = await ring(channel=Channel.WEB, identifiers=seen, slots=("hero", "footer"))
    assert answer["customer"]["state"] == "unknown"
    assert [each["placement"] for each in answer["decisions"]] == ["hero", "footer"]


async def test_an_unknown_caller_is_forgotten_when_idle(
    ring: Ring, connection: Connection, clock: FixedClock
) -> None:
    await ring()
    now = clock.now()
    assert await expire_idle(connection, now - timedelta(days=90), now) == 0
    assert await expire_idle(connection, now + timedelta(seconds=1), now) == 1
    assert (await ring())["customer"]["state"] == "unknown"


async def test_a_withheld_number_is_answered(ring: Ring) -> None:
    answer = await ring(identifiers=(RawIdentifier(IdentifierType.PHONE, "anonymous"),))
    assert answer["customer"]["state"] == "unknown"
    assert answer["routing"]["ivr"] == "full"


async def test_at_ring_time_the_offer_waits_for_the_reason(take: Take, ring: Ring) -> None:
    days = [f"2026-{month:02}-05T10:00:00-03:00" for month in range(1, 12)]
    await take(*[a_sale("190.00", record_key="C-1", identifiers=[phone()], time=d) for d in days])
    ringing = await ring()
    assert ringing["selling_allowed"] == {
        "allowed": False,
        "reason": "reason_not_closed",
        "sentence": "O motivo do contato ainda não foi resolvido.",
    }
    assert ringing["decisions"][0]["action"] == "crosssell.complement"
    assert ringing["decisions"][0]["when"] == "after_reason_closed"
    closed = await ring(context={"reason_closed": True})
    assert closed["selling_allowed"]["allowed"] is True
    assert closed["decisions"][0]["when"] == "now"
    still_open = await ring(context={"reason_closed": False})
    assert still_open["decisions"][0]["action"] is None
