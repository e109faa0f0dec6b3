"""Where a load stopped is remembered for this very file, and for no other."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.load_file import LoadFile
from app.cli.load_refused import RefusedSoFar
from app.cli.load_resume import ResumeMark, Standing, Trail
from app.flows.load import UNDER_WAY, Loaded, SafePoint, Tally, Witness
from app.vocabulary import EventId

ZONE = ZoneInfo("America/Sao_Paulo")
WITNESS = Witness(b"0123456789abcdef", EventId(UUID(int=7)))
KEPT = RefusedSoFar({"invalid-event": 1}, "/r.ndjson", 42)
STANDING = Standing(SafePoint(7, 700), Tally(5, 1, 1), KEPT, WITNESS)
MAPPING = "source: x\nevents: [{type: sale, id: '{A}', time: '{B}'}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text("{}\n")
    return path


def mark(path: Path, identity: str = "one") -> ResumeMark:
    return ResumeMark(path, identity)


def identity(path: Path, mapping: Path | None = None, source: str | None = None) -> str:
    return LoadFile.of(path, mapping, source, ZONE).identity


def test_what_is_kept_is_found(file: Path) -> None:
    mark(file).keep(STANDING)
    assert mark(file).found() == STANDING


def test_another_identity_finds_nothing(file: Path) -> None:
    mark(file).keep(STANDING)
    assert mark(file, "two").found() is None


def test_when_it_is_done_it_is_gone(file: Path) -> None:
    mark(file).keep(STANDING)
    mark(file).forget()
    assert mark(file).found() is None
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"identity": "one"}', "\x00"])
def test_a_damaged_mark_is_none(file: Path, damaged: str) -> None:
    mark(file).keep(STANDING)
    file.with_name(f"{file.name}.resume").write_text(damaged)
    assert mark(file).found() is None


def test_where_nothing_can_be_written_nothing_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    closed = mark(file)
    closed.keep(STANDING)
    assert not closed.may_be_kept
    assert closed.found() is None


def test_a_mark_that_cannot_be_written_is_gone_without(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _data: bytes) -> int:
        path.touch()
        raise OSError(ENOSPC, "No space left on device")

    mark(file).keep(STANDING)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        kept = mark(file)
        kept.keep(Standing())
    assert not kept.may_be_kept
    assert kept.found() == STANDING, "what was written before still holds"
    assert len(list(file.parent.iterdir())) == 2


def test_two_loads_of_one_file_have_a_draft_each(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = Path.replace

    def overtaken(draft: Path, target: Path) -> Path:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replaced)
            patch.setattr("os.getpid", lambda: 1)
            mark(file).keep(STANDING)
        return replaced(draft, target)

    monkeypatch.setattr(Path, "replace", overtaken)
    one = mark(file)
    one.keep(Standing(witness=WITNESS))
    assert one.may_be_kept
    assert one.found() == Standing(witness=WITNESS)


def test_the_identity_changes_with_the_file_its_mapping_and_its_source(file: Path) -> None:
    mapping = file.with_name("mapping.yaml")
    mapping.write_text(MAPPING)
    known = {identity(file), identity(file, source="erp"), identity(file, mapping)}
    mapping.write_text(MAPPING.replace("x", "y"))
    known.add(identity(file, mapping))
    file.write_text("{}\n{}\n")
    known.add(identity(file))
    assert len(known) == 5
    assert identity(file) == identity(file)


def array(nth: int, *, writes: bool = True, begun_after: int | None = None) -> Loaded:
    """Return the nth array of a load, counted from 1, of ten lines."""
    before = max(0, nth - UNDER_WAY) if begun_after is None else begun_after
    witness = Witness(b"key", EventId(UUID(int=nth))) if writes else None
    return Loaded(Tally(10), (), SafePoint(nth * 10, nth * 1000), 0, before, witness)


def test_an_array_moves_the_standing_on() -> None:
    more = RefusedSoFar({"invalid-event": 3}, "/r.ndjson", 99)
    moved = STANDING.with_array(Loaded(Tally(10, 0, 2), (), SafePoint(19, 1900), 0, 0, None), more)
    assert moved == Standing(SafePoint(19, 1900), Tally(15, 1, 3), more)


def standing(arrays: int, *, of: int) -> Standing:
    """Return the standing after so many arrays, as an event of another tells it."""
    return Standing(
        SafePoint(arrays * 10, arrays * 1000),
        Tally(arrays * 10),
        RefusedSoFar(bytes=arrays),
        Witness(b"key", EventId(UUID(int=of))),
    )


def test_an_event_tells_of_what_was_safe_when_its_array_was_begun() -> None:
    trail = Trail(Standing())
    told = [trail.add(array(nth), RefusedSoFar(bytes=nth)) for nth in range(1, 6)]
    assert told[:3] == [None, None, None]
    assert told[3:] == [
        standing(1, of=4),
        standing(2, of=5),
    ]
    assert trail.last.after == SafePoint(50, 5000)


def test_an_array_that_brought_nothing_new_tells_of_nothing() -> None:
    trail = Trail(Standing())
    told = [trail.add(array(nth, writes=nth == 9), RefusedSoFar()) for nth in range(1, 10)]
    assert told[:-1] == [None] * 8
    assert told[-1] is not None
    assert told[-1].after == SafePoint(60, 6000)


@given(
    writes=st.lists(st.booleans(), min_size=1, max_size=20),
    choice=st.lists(st.integers(0, UNDER_WAY - 1), min_size=40, max_size=40),
)
def test_whatever_copy_knows_the_witness_holds_all_before_the_mark(
    writes: list[bool], choice: list[int]
) -> None:
    commits, begun_after = committed(len(writes), choice)
    trail, marks = Trail(Standing()), []
    for nth, wrote in enumerate(writes, 1):
        told = trail.add(array(nth, writes=wrote, begun_after=begun_after[nth]), RefusedSoFar())
        marks += [told] if told else []
    for mark_ in marks:
        assert mark_.witness is not None
        copies = (set(commits[:length]) for length in range(len(commits) + 1))
        for copy in copies:
            if mark_.witness.event_id.int in copy:
                assert copy >= set(range(1, mark_.after.line_number // 10 + 1))


def committed(count: int, choice: list[int]) -> tuple[list[int], dict[int, int]]:
    """Return in which order arrays are committed, and how many were told when each was begun."""
    told, begun, order = 0, {}, []
    flying: list[int] = []
    done: set[int] = set()
    waiting = iter(range(1, count + 1))
    for pick in choice:
        while len(flying) < UNDER_WAY and (nth := next(waiting, None)) is not None:
            flying.append(nth)
            begun[nth] = told
        under_way = [nth for nth in flying if nth not in done]
        if under_way:
            now = under_way[pick % len(under_way)]
            done.add(now)
            order.append(now)
        while flying and flying[0] in done:
            flying.pop(0)
            told += 1
    return order, begun
