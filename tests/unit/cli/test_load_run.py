"""What a load says while it waits is why it waits, once."""

from __future__ import annotations

import pytest

from app.cli.load_progress import bar
from app.cli.load_run import Away
from app.database.failures import no_room
from app.database.keyed_hash import KeyedHash
from app.database.location import Location
from app.problems import Unavailable

pytestmark = pytest.mark.anyio

NOBODYS = Location("postgresql://nobody/none", KeyedHash(bytes(32)), None)


async def test_the_reason_is_told_and_only_once(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(1, "loading") as shown:
        away = Away(NOBODYS, shown)
        for problem in (Unavailable(), Unavailable(), no_room(), no_room()):
            await away(problem)
        away.is_over()
        await away(no_room())
    told = [line for line in capsys.readouterr().err.splitlines() if "waiting" in line]
    assert told == [
        "the database does not answer; waiting",
        "there is no room left to store anything; what is stored can be read; waiting",
        "there is no room left to store anything; what is stored can be read; waiting",
    ]
