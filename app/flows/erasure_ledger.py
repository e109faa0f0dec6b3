"""Who must stay forgotten when a backup is restored?  A ledger of keyed hashes, kept beside it.

A backup holds whoever was erased after it was taken.  The ledger is the tombstones as a file: first
a line that says whose it is, then one a tombstone, then their number, so that a cut file is told
from a whole one.  Applying it leaves every tombstone again and erases what came back; doing so
twice is as good as once.  The hashes are keyed with the deployment's secret: without it the file
says nothing about anybody, and with another one it is refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection, SetGrew
from app.flows.erasure import forget_records, lock_leaving
from app.problems import InvalidInput
from app.vocabulary import ComponentId, CustomerId, RecordId

TOMBSTONES = statement("app.flows", "subject_tombstones")
BURY_AGAIN = statement("app.flows", "subject_bury_again")
RETURNED = statement("app.flows", "subject_returned")

AT_ONCE: Final = 200
"""Tombstones applied in one transaction."""

_NAME: Final = "idip erasures"
_VERSION: Final = 1
_RECORD: Final = "record"
_KINDS: Final = frozenset({_RECORD, "identifier"})


class UnusableLedger(InvalidInput):
    """The file is no ledger of this deployment, or not the whole of one."""

    code = "unusable-ledger"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something under this keyed hash was erased at that moment: a record or an identifier."""

    kind: str
    key: bytes
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """What a ledger changed: tombstones that were not there, and records erased again."""

    tombstones: int = 0
    records: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(self.tombstones + other.tombstones, self.records + other.records)


async def export_ledger(tx: Connection, keyed_hash: KeyedHash) -> AsyncIterator[bytes]:
    """Yield the ledger line by line, oldest erasure first; memory does not grow with it."""
    yield _line({"ledger": _NAME, "version": _VERSION, "deployment": _mark(keyed_hash)})
    number = 0
    rows = await tx.stream(TOMBSTONES, {}, execution_options={"yield_per": 1_000})
    async for row in rows:
        number += 1
        yield _line({"kind": row.kind, "key": row.key_hash.hex(), "erased_at": row.erased_at})
    yield _line({"end": number})


def read_ledger(lines: Iterable[bytes], keyed_hash: KeyedHash) -> Iterator[Tombstone]:
    """Yield the tombstones of a ledger.

    Raises:
        UnusableLedger: at its first line, it is none or another deployment's; at the line that
            cannot be read; at its end, lines are missing.
    """
    numbered = enumerate(lines, start=1)
    _refuse_foreign(next(numbered, (1, b""))[1], keyed_hash)
    for number, line in numbered:
        told = _read(line, number)
        if "end" in told:
            if told["end"] == number - 2:  # neither it nor the first line is a tombstone
                return
            break
        yield _tombstone(told, number)
    raise UnusableLedger("the ledger is cut off: its last line is missing or counts otherwise")


async def apply_tombstones(
    tx: Connection, tombstones: Sequence[Tombstone], now: datetime
) -> Applied:
    """Leave these tombstones again and erase the records that came back under them.

    Neither holds nor restrictions stand in the way: they were weighed when the person was erased.

    Raises:
        SetGrew: a record moved while we waited for its lock.
    """
    buried = await tx.execute(
        BURY_AGAIN,
        {
            "kinds": [each.kind for each in tombstones],
            "keys": [each.key for each in tombstones],
            "erased": [each.erased_at for each in tombstones],
        },
    )
    new = len(buried.all())
    wanted = {UUID(bytes=t.key): t.erased_at for t in tombstones if t.kind == _RECORD}
    back = await _returned(tx, wanted)
    if back:
        orders, locked = await lock_leaving(tx, sorted(back))
        components = {component for component, _ in back.values()}
        holders = {holder for _, holder in back.values()}
        if await _returned(tx, wanted) != back or not components <= locked:
            raise SetGrew
        await forget_records(tx, sorted(back), orders, components, holders, now)
    return Applied(new, len(back))


async def _returned(
    tx: Connection, wanted: dict[UUID, datetime]
) -> dict[RecordId, tuple[ComponentId, CustomerId]]:
    rows = await tx.execute(RETURNED, {"record_ids": list(wanted), "erased": list(wanted.values())})
    return {
        RecordId(UUID(bytes=row.record_id.bytes)): (row.component_id, row.customer_id)
        for row in rows
    }


def _mark(keyed_hash: KeyedHash) -> str:
    """Return what tells this deployment's ledgers from another's, and nothing of its secret."""
    return keyed_hash.digest("erasure ledger", "deployment").hex()


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _refuse_foreign(line: bytes, keyed_hash: KeyedHash) -> None:
    told = _read(line, 1)
    if (told.get("ledger"), told.get("version")) != (_NAME, _VERSION):
        raise UnusableLedger("this is no ledger of `idip erasures export`")
    if told.get("deployment") != _mark(keyed_hash):
        raise UnusableLedger(
            "this ledger was written with another secret key: its hashes would name nobody here"
        )


def _tombstone(told: dict[str, Any], number: int) -> Tombstone:
    try:
        found = Tombstone(
            told["kind"], bytes.fromhex(told["key"]), datetime.fromisoformat(told["erased_at"])
        )
    except (KeyError, TypeError, ValueError):
        raise _unreadable(number) from None
    if found.kind not in _KINDS or found.erased_at.tzinfo is None:
        raise _unreadable(number)
    if found.kind == _RECORD and len(found.key) != len(UUID(int=0).bytes):
        raise _unreadable(number)
    return found


def _read(line: bytes, number: int) -> dict[str, Any]:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise _unreadable(number) from None
    if not isinstance(told, dict):
        raise _unreadable(number)
    return told


def _unreadable(number: int) -> UnusableLedger:
    return UnusableLedger(f"line {number} of the ledger cannot be read")
