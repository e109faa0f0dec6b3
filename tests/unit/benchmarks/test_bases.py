"""Does a base stay what its label says, however often it is measured?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import bases
from benchmarks.bases import READY, Holds, has_room, measured

MADE = Holds(customers=1_000, events=20_000)
GB = 2**30


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return the folder of a base that was made."""
    folder = tmp_path / "10000"
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "facts").write_text("as made")
    (folder / "secret.key").write_text("a secret")
    (folder / READY).write_text(json.dumps({"customers": 1_000, "events": 20_000}))
    return folder


@pytest.fixture
def made_anew(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the bases that were made anew, none of which is really made."""
    told: list[Path] = []

    async def note(kept: Path, customers: int) -> Holds:
        told.append(kept)
        return MADE

    monkeypatch.setattr(bases, "_made_anew", note)
    return told


def counts(monkeypatch: pytest.MonkeyPatch, holds: Holds) -> None:
    async def counted(kept: Path) -> Holds:
        return holds

    monkeypatch.setattr(bases, "_counted", counted)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("holds", "is_made_anew"),
    [
        (MADE, False),
        (Holds(customers=1_050, events=21_000), False),
        (Holds(customers=1_051, events=20_000), True),
        (Holds(customers=1_000, events=21_001), True),
    ],
)
async def test_a_base_that_has_outgrown_its_label_is_made_anew(
    holds: Holds,
    kept: Path,
    made_anew: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    is_made_anew: bool,
) -> None:
    counts(monkeypatch, holds)
    found = await bases._held(kept, 10_000, fresh=False)
    assert made_anew == ([kept] if is_made_anew else [])
    assert found == (MADE if is_made_anew else holds)
    assert ("made anew" in capsys.readouterr().out) is is_made_anew


@pytest.mark.anyio
async def test_a_base_that_does_not_tell_what_it_held_is_made_anew(
    kept: Path, made_anew: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts(monkeypatch, MADE)
    (kept / READY).write_text("")
    await bases._held(kept, 10_000, fresh=False)
    (kept / READY).unlink()
    await bases._held(kept, 10_000, fresh=False)
    assert made_anew == [kept, kept]


@pytest.mark.anyio
async def test_fresh_makes_it_anew(
    kept: Path, made_anew: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts(monkeypatch, MADE)
    await bases._held(kept, 10_000, fresh=True)
    assert made_anew == [kept]


def test_what_is_told_while_measuring_is_gone_with_the_copy(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bases, "has_room", lambda _: True)
    monkeypatch.setattr(bases, "server_account", lambda _: None)
    monkeypatch.setattr(bases, "prepare_folders", lambda folder, _: folder.mkdir())
    left_behind = kept.with_name("10000.measured")
    left_behind.mkdir()
    (left_behind / "of a killed run").touch()

    def tell() -> None:
        with measured(kept) as folder:
            assert folder != kept
            assert sorted(each.name for each in folder.iterdir()) == ["postgres", "secret.key"]
            (folder / "postgres" / "facts").write_text("and more")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell()
    assert (kept / "postgres" / "facts").read_text() == "as made"
    assert list(kept.parent.iterdir()) == [kept]


def test_without_room_the_base_itself_is_measured_and_that_is_said(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bases, "has_room", lambda _: False)
    with measured(kept) as folder:
        assert folder == kept
    assert "no room for a copy" in capsys.readouterr().out
    assert (kept / READY).exists()


@pytest.mark.parametrize(("free", "fits"), [(2 * GB, True), (2 * GB - 1, False)])
def test_a_copy_leaves_as_much_free_as_it_takes(
    free: int, kept: Path, monkeypatch: pytest.MonkeyPatch, *, fits: bool
) -> None:
    def told(path: Path) -> Any:
        return SimpleNamespace(st_blocks=GB // 512 if path.name == "facts" else 0)

    monkeypatch.setattr(Path, "lstat", told)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert has_room(kept) is fits


def test_two_runs_do_not_share_a_base(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bases, "postmaster", lambda _: SimpleNamespace(pid=4321))
    with pytest.raises(SystemExit, match="4321"), measured(kept):
        pytest.fail("measured what is in use")
