"""How is a server asked that refuses lines?  By one for all, and no longer than it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from app.database import lines
from app.database.lines import TRY_AGAIN_AFTER_S, Connection, Lines
from app.database.server import driver_url

CALLERS = 20


class Server:
    """A database that can be made to refuse, or to go dumb, and counts who knocks."""

    def __init__(self, url: str) -> None:
        self.refuses = False
        self.is_dumb = False
        self.asked = 0
        self._url = url

    async def connect(self, **_: object) -> asyncpg.Connection[asyncpg.Record]:
        self.asked += 1
        if self.is_dumb:
            await asyncio.Event().wait()
        if self.refuses:
            raise asyncpg.CannotConnectNowError("it is starting up")
        return await asyncpg.connect(driver_url(self._url))


@pytest.fixture
def server(server_url: str) -> Server:
    return Server(server_url)


@pytest.fixture
async def lent(server: Server) -> AsyncIterator[Lines]:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": server.connect},
        pool_size=CALLERS,
        max_overflow=0,
        pool_timeout=1.0,
    )
    lent = Lines(engine)
    yield lent
    await lent.close()


async def ask(lent: Lines) -> list[Connection]:
    """Have everybody ask for a line at once, give them back, and return those that were lent."""
    found = await asyncio.gather(*(lent.take() for _ in range(CALLERS)), return_exceptions=True)
    given = [line for line in found if isinstance(line, Connection)]
    for line in given:
        lent.give(line)
    return given


async def refused(lent: Lines, server: Server) -> None:
    server.refuses = True
    await ask(lent)
    server.asked = 0


async def test_a_server_that_refused_is_left_alone_for_a_moment(
    lent: Lines, server: Server
) -> None:
    await refused(lent, server)
    assert await ask(lent) == []
    assert server.asked == 0


async def test_then_one_asks_it_for_all(lent: Lines, server: Server) -> None:
    await refused(lent, server)
    await asyncio.sleep(TRY_AGAIN_AFTER_S)
    assert await ask(lent) == []
    assert server.asked == 1


async def test_a_server_that_is_back_is_there_for_everybody(lent: Lines, server: Server) -> None:
    await refused(lent, server)
    server.refuses = False
    await asyncio.sleep(TRY_AGAIN_AFTER_S)
    assert len(await ask(lent)) == 1
    assert len(await ask(lent)) == CALLERS


async def test_who_asks_a_server_gone_dumb_keeps_nobody_from_asking(
    lent: Lines, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_LONGEST_TRY_S", 0.05)
    await refused(lent, server)
    await asyncio.sleep(TRY_AGAIN_AFTER_S)
    server.is_dumb = True
    waiting = asyncio.create_task(lent.take())
    await asyncio.sleep(0.1)
    server.is_dumb = server.refuses = False
    assert len(await ask(lent)) == 1
    waiting.cancel()


async def test_who_waits_in_the_row_is_told_as_soon_as_the_server_refuses(
    lent: Lines, server: Server
) -> None:
    """Every line is lent when the server dies: nobody waits for one that never comes."""
    held = [await lent.take() for _ in range(CALLERS)]
    waiting = [asyncio.create_task(lent.take()) for _ in range(2 * CALLERS)]
    await asyncio.sleep(0)
    server.refuses = True
    async with asyncio.timeout(0.5):
        await asyncio.gather(*(lent.drop(line) for line in held))
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(failure, Exception) for failure in found)
