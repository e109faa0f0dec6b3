"""Is every act kept with its effect, chained in spite of late commits, and tampering named?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.access.audit.acts import BEGINNING, Head
from app.database import server
from app.database.transaction import Connection, Database
from app.vocabulary import CustomerId
from tests.conftest import NOW

if TYPE_CHECKING:
    Plain = asyncpg.Connection[Any]

OFFICE = Actor("office", UUID(int=1), "a-request-of-the-office")
INSERT = """
INSERT INTO audit_act (act_id, transaction, at, actor, kind, fields)
VALUES ($1, $2, $3, 'forger', 'customer.seen', '{}')
"""


def an_act(number: int = 1) -> Act:
    return Act(OFFICE, ActKind.CUSTOMER_SEEN, NOW, CustomerId(UUID(int=number)), fields=("email",))


async def noted(database: Database, *numbers: int) -> None:
    for number in numbers:
        await database.write(lambda tx, number=number: audit.note(tx, an_act(number)))


async def chain(database: Database) -> int:
    return await database.write(lambda tx: audit.chain(tx, NOW))


@pytest.fixture
async def superuser(own_url: str) -> AsyncIterator[Plain]:
    """Yield a connection that may do as a superuser may: here the owner, who grants it himself."""
    connection = await server.connect(own_url)
    await connection.execute("GRANT ALL ON audit_act, audit_link TO CURRENT_USER")
    yield connection
    await connection.close()


@pytest.fixture
async def chained(own_database: Database) -> Database:
    await noted(own_database, 1, 2, 3, 4, 5)
    assert await chain(own_database) == 5
    return own_database


# --- kept ---------------------------------------------------------------------------------------


async def test_an_act_is_kept_with_its_effect_or_not_at_all(own_database: Database) -> None:
    async def fails(tx: Connection) -> None:
        await audit.note(tx, an_act())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await own_database.write(fails)
    assert await own_database.read(lambda tx: audit.about(tx, None, 10)) == []
    await noted(own_database, 1)
    assert len(await own_database.read(lambda tx: audit.about(tx, None, 10))) == 1


async def test_acts_are_found_by_customer_newest_first(chained: Database) -> None:
    await noted(chained, 3)
    found = await chained.read(lambda tx: audit.about(tx, [CustomerId(UUID(int=3))], 10))
    assert [position for _, position in found] == [None, 3]
    act, _ = found[0]
    assert (act.actor, act.kind, act.fields) == ("office", "customer.seen", ("email",))
    assert act.request_id == OFFICE.request_id


async def test_the_service_itself_can_only_add_to_it(own_url: str, chained: Database) -> None:
    service = await server.connect(own_url)
    try:
        if await service.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            pytest.skip("nothing can be kept from a superuser")
        for statement in (
            "DELETE FROM audit_act",
            "DELETE FROM audit_link",
            "TRUNCATE audit_act",
            "UPDATE audit_act SET actor = ''",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)
    finally:
        await service.close()


# --- chained ------------------------------------------------------------------------------------


async def test_the_chain_takes_what_is_committed_once(own_database: Database) -> None:
    assert await chain(own_database) == 0
    assert await audit.head(own_database) == BEGINNING
    await noted(own_database, 1, 2)
    assert await chain(own_database) == 2
    assert await chain(own_database) == 0
    await noted(own_database, 3)
    assert await chain(own_database) == 1
    verdict = await audit.verify(own_database)
    assert verdict.broken is None
    assert verdict.head == await audit.head(own_database)
    assert verdict.head.position == 3


async def test_who_commits_late_with_an_older_id_is_chained_too(own_database: Database) -> None:
    noted_late, may_commit = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Connection) -> None:
        await audit.note(tx, an_act(1))
        noted_late.set()
        await may_commit.wait()

    slow = asyncio.create_task(own_database.write(slowly))
    await noted_late.wait()
    await noted(own_database, 2, 3)
    assert await chain(own_database) == 2  # nobody waits for it
    may_commit.set()
    await slow
    assert await chain(own_database) == 1
    assert (await audit.verify(own_database)).broken is None


async def test_many_may_lengthen_it_at_once(own_database: Database) -> None:
    async def write(number: int) -> None:
        await noted(own_database, number)
        await chain(own_database)

    await asyncio.gather(*(write(number) for number in range(20)))
    await chain(own_database)
    verdict = await audit.verify(own_database)
    assert (verdict.broken, verdict.head.position) == (None, 20)


async def test_it_is_lengthened_a_part_at_a_time(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "CHAINED_AT_ONCE", 3)
    monkeypatch.setattr(audit, "READ_AT_ONCE", 2)
    await noted(own_database, *range(7))
    assert [await chain(own_database) for _ in range(4)] == [3, 3, 1, 0]
    assert (await audit.verify(own_database)).head.position == 7


async def test_a_copy_in_another_server_goes_on(superuser: Plain, chained: Database) -> None:
    """There transactions count from elsewhere: here from far behind what was chained."""
    await superuser.execute("UPDATE audit_head SET horizon = 1000000000000")
    await noted(chained, 6)
    assert (await audit.verify(chained)).broken is None
    assert await chain(chained) == 1
    assert await superuser.fetchval("SELECT horizon FROM audit_head") < 1000000000000
    assert (await audit.verify(chained)).broken is None


# --- tampered with, as superuser ----------------------------------------------------------------


async def third(superuser: Plain) -> UUID:
    found: UUID = await superuser.fetchval("SELECT act_id FROM audit_link WHERE position = 3")
    return found


async def test_an_untouched_chain_is_sound(chained: Database) -> None:
    verdict = await audit.verify(chained)
    assert (verdict.broken, verdict.head.position) == (None, 5)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_act SET actor = 'nobody' WHERE act_id = $1",
        "UPDATE audit_act SET at = at - interval '1 microsecond' WHERE act_id = $1",
        "UPDATE audit_act SET customer_id = NULL WHERE act_id = $1",
        "UPDATE audit_act SET fields = '{}' WHERE act_id = $1",
        "DELETE FROM audit_act WHERE act_id = $1",
        "UPDATE audit_link SET chained_at = chained_at + interval '1 s' WHERE act_id = $1",
    ],
)
async def test_an_act_that_was_changed_or_removed_is_named(
    statement: str, superuser: Plain, chained: Database
) -> None:
    act_id = await third(superuser)
    await superuser.execute(statement, act_id)
    broken = (await audit.verify(chained)).broken
    assert broken is not None
    assert (broken.position, broken.act_id) == (3, act_id)


async def test_an_act_that_was_removed_with_its_place_is_named(
    superuser: Plain, chained: Database
) -> None:
    act_id = await third(superuser)
    await superuser.execute("DELETE FROM audit_act WHERE act_id = $1", act_id)
    await superuser.execute("DELETE FROM audit_link WHERE act_id = $1", act_id)
    broken = (await audit.verify(chained)).broken
    assert broken is not None
    assert broken.position == 3


async def test_acts_that_changed_places_are_named(superuser: Plain, chained: Database) -> None:
    await superuser.execute(
        "UPDATE audit_link SET position = 9 WHERE position = 2;"
        "UPDATE audit_link SET position = 2 WHERE position = 3;"
        "UPDATE audit_link SET position = 3 WHERE position = 9"
    )
    broken = (await audit.verify(chained)).broken
    assert broken is not None
    assert broken.position == 2


async def test_an_act_slipped_in_is_named_and_never_chained(
    superuser: Plain, chained: Database
) -> None:
    forged = uuid7()
    await superuser.execute(INSERT, forged, 1, NOW - timedelta(days=3))
    assert await chain(chained) == 0
    broken = (await audit.verify(chained)).broken
    assert broken is not None
    assert broken.act_id == forged


async def test_an_act_put_into_the_chain_is_named(superuser: Plain, chained: Database) -> None:
    forged = uuid7()
    await superuser.execute(INSERT, forged, 1, NOW)
    await superuser.execute(
        "INSERT INTO audit_link SELECT 6, $1, chained_at, hash FROM audit_link WHERE position = 5",
        forged,
    )
    broken = (await audit.verify(chained)).broken
    assert broken is not None
    assert (broken.position, broken.act_id) == (6, forged)


@pytest.mark.parametrize("head_too", [False, True])
async def test_a_chain_cut_short_is_told_from_a_head_kept_elsewhere(
    head_too: bool, superuser: Plain, chained: Database
) -> None:
    kept = await audit.head(chained)
    await superuser.execute(
        "DELETE FROM audit_act WHERE act_id ="
        " (SELECT act_id FROM audit_link WHERE position = 5);"
        "DELETE FROM audit_link WHERE position = 5"
    )
    if head_too:
        await superuser.execute(
            "UPDATE audit_head SET position = 4,"
            " hash = (SELECT hash FROM audit_link WHERE position = 4)"
        )
        assert (await audit.verify(chained)).broken is None
    broken = (await audit.verify(chained, kept)).broken
    assert broken is not None
    assert broken.position == 5


async def test_a_head_that_was_never_told_is_not_believed(chained: Database) -> None:
    assert (await audit.verify(chained, await audit.head(chained))).broken is None
    broken = (await audit.verify(chained, Head(3, bytes(32)))).broken
    assert broken is not None
    assert broken.position == 3
