"""What is kept of a fact that speaks of somebody erased, and of one that hangs on nobody?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.transaction import Connection
from app.flows.erasure import erase
from tests.builders import CPF_BIA, a_sale, an_event, email, phone, tax_id, visit
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

CNPJ = {"type": "tax_id", "value": "11.222.333/0001-81", "country": "BR"}


@pytest.fixture
async def erased(take: Take, connection: Connection, clock: FixedClock) -> None:
    """Erase Ana, who had a phone, a tax id and a visit of her own."""
    told = await take(
        a_sale(record_key="C-1", identifiers=[phone(), tax_id()], profile={"name": "Ana Souza"}),
        an_event("login", source="shop", identifiers=[visit(), email(), tax_id()]),
    )
    assert told[0].customer_id is not None
    assert {each.customer_id for each in told} == {told[0].customer_id}
    await erase(connection, told[0].customer_id, clock.now())


async def payload_of(tx: Connection, event_id: str) -> dict[str, Any]:
    """Return what is kept of the one event there is of a customer or of nobody."""
    query = text("SELECT payload FROM event WHERE payload ->> 'id' = :id")
    found: dict[str, Any] = (await tx.execute(query, {"id": event_id})).scalar_one()
    return found


@pytest.mark.usefixtures("erased")
async def test_a_number_for_life_is_about_them_under_any_new_key(
    take: Take, connection: Connection
) -> None:
    [told] = await take(an_event("profile", source="crm", record_key="77", identifiers=[tax_id()]))
    assert told.customer_id is None
    rows = await connection.execute(text("SELECT count(*) FROM record"))
    assert rows.scalar_one() == 0


@pytest.mark.usefixtures("erased")
async def test_the_telephone_may_be_somebody_elses_by_now(
    take: Take, connection: Connection
) -> None:
    [bia] = await take(a_sale(id="B-1", record_key="C-2", identifiers=[phone(), tax_id(CPF_BIA)]))
    assert bia.customer_id is not None
    held = await connection.execute(text("SELECT type FROM identifier ORDER BY type"))
    assert list(held.scalars()) == ["customer_code", "tax_id"]
    assert "identifiers" not in await payload_of(connection, "B-1")


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize(
    ("told", "is_them"),
    [
        ({"identifiers": [email()], "profile": {"name": "Ana S."}}, True),
        ({"identifiers": [phone()], "profile": {"name": "ana souza", "street": "R. A, 1"}}, True),
        ({"identifiers": [phone()], "profile": {"name": "Bruno Lima"}}, False),
        ({"identifiers": [phone()]}, False),
        ({"identifiers": [phone(), tax_id(CPF_BIA)], "profile": {"name": "Ana Lima"}}, False),
    ],
)
async def test_their_name_with_a_contact_point_of_theirs_is_them_under_any_key(
    take: Take, connection: Connection, told: dict[str, Any], is_them: bool
) -> None:
    """Somebody of another name, or with a tax id of their own, is somebody else (the controls)."""
    [fact] = await take(a_sale(id="X-1", source="crm", record_key="88", **told))
    assert (fact.customer_id is None) is is_them
    rows = await connection.execute(text("SELECT count(*) FROM profile_fact"))
    assert rows.scalar_one() == (0 if is_them else len(told.get("profile", {})))


@pytest.mark.usefixtures("erased")
async def test_pages_of_an_erased_visit_are_nobodys(take: Take, connection: Connection) -> None:
    [page] = await take(an_event("navigation", id="P-1", source="shop", identifiers=[visit()]))
    assert page.customer_id is None
    kept = await connection.execute(text("SELECT payload, visit_key FROM event"))
    assert kept.all() == [({}, None)]


async def test_an_order_that_an_erased_customer_left_waiting_may_come_again(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    """What stood for it, and counted for nothing, hangs on nobody and is still there."""
    [ana] = await take(
        a_sale(order_id="4711", data={"status": "pending"}, record_key="C-1", identifiers=[phone()])
    )
    assert ana.customer_id is not None
    await erase(connection, ana.customer_id, clock.now())
    [bia] = await take(a_sale("50.00", order_id="4711", record_key="C-2", identifiers=[email()]))
    stat = text("SELECT purchases, net FROM customer_stat WHERE customer_id = :id")
    counted = (await connection.execute(stat, {"id": bia.customer_id})).one()
    assert tuple(counted) == (1, Decimal("50.00"))


async def test_a_company_is_not_one_person_for_life(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    [firm] = await take(a_sale(record_key="F-1", identifiers=[CNPJ]))
    assert firm.customer_id is not None
    await erase(connection, firm.customer_id, clock.now())
    [contact] = await take(
        a_sale(record_key="C-2", identifiers=[CNPJ, email()], profile={"name": "Bia"})
    )
    assert contact.customer_id is not None


async def test_a_fact_of_nobody_keeps_nobodys_name(take: Take, connection: Connection) -> None:
    """A till's default client: no erasure would ever find what is kept under it."""
    person = {"identifiers": [phone(), tax_id()], "profile": {"name": "Ana Souza"}}
    await take(
        a_sale("10.00", id="G-1", record_key="consumidor final", **person),
        a_sale("10.00", id="K-1", record_key="C-1", **person),
    )
    generic, keyed = [await payload_of(connection, each) for each in ("G-1", "K-1")]
    assert {"identifiers", "profile"} <= keyed.keys()  # the control
    assert not {"identifiers", "profile"} & generic.keys()
    assert generic["data"]["net"] == "10"
