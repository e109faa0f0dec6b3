"""Is there room for another write, and what if nobody can tell?"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.database.failures import NO_ROOM, no_room
from app.database.room import Room, room_of
from app.settings import Settings

MORE_THAN_ANY_DISK = 2**80


def test_a_write_needs_what_has_to_stay_free(tmp_path: Path) -> None:
    assert Room(tmp_path, 0).is_left
    assert not Room(tmp_path, MORE_THAN_ANY_DISK).is_left


def test_a_disk_that_nobody_can_look_at_is_not_in_the_way(tmp_path: Path) -> None:
    unseen = Room(tmp_path / "is not there", MORE_THAN_ANY_DISK)
    assert unseen.free_bytes is None
    assert unseen.is_left


def test_only_the_disk_of_an_embedded_database_is_ours_to_see(tmp_path: Path) -> None:
    embedded = room_of(Settings(data_dir=tmp_path, least_free_mib=3))
    assert embedded == Room(tmp_path, 3 * 1024 * 1024)
    assert room_of(Settings.from_environ({"DATABASE_URL": "postgresql://elsewhere/idip"})) is None


def test_the_refusal_says_when_to_come_back_and_what_still_works() -> None:
    problem = no_room()
    assert (problem.status, problem.reason) == (503, NO_ROOM)
    assert problem.retry_after_s
    assert "can be read" in problem.detail


def test_a_user_without_a_home_is_told_by_the_database_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("os.geteuid", lambda: 4711)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert Settings.from_environ({}).data_dir == Path("/var/lib/idip")
