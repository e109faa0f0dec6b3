"""Two people decide one review at once: one decides, the other is told."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection, Database
from app.flows.event_intake import take_events
from app.flows.review import Decided, decide
from app.identify.merge import Word
from app.identify.reviews import Verdict
from app.problems import Conflict
from tests.builders import a_reader, a_sale, commands, phone

pytestmark = pytest.mark.anyio


async def counted(tx: Connection, table: str) -> int:
    return int(await tx.scalar(select(func.count()).select_from(metadata.tables[table])) or 0)


async def test_one_of_two_verdicts_at_once_is_carried_out(
    own_database: Database, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    now = clock.now()
    told = commands(
        a_sale(record_key=f"C-{name}", identifiers=[phone()], profile={"name": name})
        for name in ("José Souza", "José Souza Filho")
    )
    await own_database.write(lambda tx: take_events(tx, told, a_reader(keyed_hash), now))
    asked = select(metadata.tables["review"].c.review_id)
    review_id = await own_database.read(lambda tx: tx.scalar(asked))

    async def say(verdict: Verdict) -> Decided | BaseException:
        word = Word(verdict.value, None)
        return await own_database.write(lambda tx: decide(tx, review_id, verdict, word, now))

    answers = await asyncio.gather(
        *(say(each) for each in (Verdict.SAME, Verdict.DIFFERENT) * 3), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in answers) == 3
    assert sum(isinstance(each, Decided) and bool(each.regrouped) for each in answers) == 1
    for table in ("review_verdict", "identity_decision"):
        assert await own_database.read(lambda tx, table=table: counted(tx, table)) == 1
