"""How does a small company become a large one?  By copies that the product would have made.

A base of some thousand customers is loaded by the product itself.  Each copy of it is the same
company with other people: every identifier has another value of its kind, hashed as the product
hashes it, and every key and id that hangs on it is another.  So a copy is asked, told and decided
about by its own telephone and client code, and hears what its original hears:
``test_multiplied_company`` holds that.

Which tables and columns there are is read from the metadata: a copy forgets none.

Of records that are alike the lowest id stands for them in their edges (ADR 19).  A copy has the
edges of its original, so another one may stand for them than the product would choose: as many
edges, of the same weights, and the same customers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateTable

from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.identify.keys import identifier_key, keyed_record
from app.vocabulary import Identifier, IdentifierType, Party

PAIR: Final = ("record_lo", "record_hi")
"""Two records by their ids, the lower first: in a copy it may be the other that comes first."""

RECORDS: Final = frozenset({"record_id", "birth_record_id", *PAIR})
KEYS: Final = RECORDS | {"customer_id", "component_id", "event_key", "group_key", "identifier_key"}
"""A table is copied if it has one of these; the others hold what the deployment has once."""

FREE_AREAS: Final = ("63", "68", "69", "95", "96", "97")
"""Telephone areas in which the simulated company has nobody."""

MOBILES_AN_AREA: Final = 40_000_000
FIRST_MOBILE: Final = 960_000_000
FIRST_TAX_ID: Final = 100_000_000

POSTGRESQL: Final = dialect()  # type: ignore[no-untyped-call]

_own = MetaData()
NEW_IDENTIFIER: Final = Table(
    "bench_identifier",
    _own,
    Column("old_key", LargeBinary, primary_key=True),
    Column("copy", Integer, primary_key=True),
    Column("new_key", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
)
NEW_RECORD: Final = Table(
    "bench_record",
    _own,
    Column("old_id", Uuid, primary_key=True),
    Column("copy", Integer, primary_key=True),
    Column("new_id", Uuid, nullable=False),
)

IDENTIFIERS = "SELECT * FROM identifier ORDER BY identifier_key"
RECORD_CODES = """
SELECT
    r.record_id,
    r.source,
    -- PostgreSQL has min(bytea) from 18 on
    (array_agg(i.identifier_key ORDER BY i.identifier_key))[1] AS code_key
FROM record AS r
LEFT JOIN record_identifier AS l ON l.record_id = r.record_id AND r.keyed
LEFT JOIN identifier AS i
    ON i.identifier_key = l.identifier_key AND i.type = 'customer_code' AND i.scope = r.source
GROUP BY r.record_id, r.source
"""


@dataclass(frozen=True, slots=True)
class Renamed:
    """An identifier of a copy, in place of one of the base."""

    old_key: bytes
    copy: int
    new_key: bytes
    value: str


async def multiply(connection: asyncpg.Connection, keyed_hash: KeyedHash, copies: int) -> None:
    """Put so many copies beside the base, in one transaction."""
    async with connection.transaction():
        for table in _own.sorted_tables:
            await connection.execute(_ddl(table))
        await _rename(connection, keyed_hash, copies)
        for table in metadata.sorted_tables:
            if KEYS & set(table.c.keys()):
                await connection.execute(_text(_copied(table, copies)))
        for table in _own.sorted_tables:
            await connection.execute(f"DROP TABLE {table.name}")


async def _rename(connection: asyncpg.Connection, keyed_hash: KeyedHash, copies: int) -> None:
    identifiers = await connection.fetch(IDENTIFIERS)
    records = await connection.fetch(RECORD_CODES)
    tax_ids = _free_tax_ids({row["value"] for row in identifiers})
    for copy in range(1, copies + 1):
        renamed = list(_renamed(identifiers, keyed_hash, copy, tax_ids))
        codes = {each.old_key: each.value for each in renamed}
        await _fill(connection, NEW_IDENTIFIER, [_row(each) for each in renamed])
        moved = [
            (row["record_id"], copy, _new_record(row, codes, keyed_hash, copy)) for row in records
        ]
        await _fill(connection, NEW_RECORD, moved)


def _renamed(
    identifiers: list[asyncpg.Record], keyed_hash: KeyedHash, copy: int, tax_ids: Iterator[str]
) -> Iterator[Renamed]:
    for nth, row in enumerate(identifiers):
        kind = IdentifierType(row["type"])
        if kind is IdentifierType.TAX_ID:
            value = next(tax_ids)
        else:
            value = _value(kind, row["value"], (copy - 1) * len(identifiers) + nth, copy)
        new = Identifier(kind, row["scope"], value, Party(row["party"]))
        yield Renamed(row["identifier_key"], copy, identifier_key(keyed_hash, new), value)


def _value(kind: IdentifierType, old: str, number: int, copy: int) -> str:
    """Return a value of the same kind that nobody of the base or of another copy has."""
    if kind in {IdentifierType.PHONE, IdentifierType.WHATSAPP}:
        area, place = divmod(number, MOBILES_AN_AREA)
        return f"+55{FREE_AREAS[area]}{FIRST_MOBILE + place}"
    if kind is IdentifierType.EMAIL:
        name, _, domain = old.partition("@")
        return f"{name}x{copy}@{domain}"
    return f"{old}x{copy}"


def _free_tax_ids(taken: Collection[str]) -> Iterator[str]:
    """Yield tax ids that nobody of the base has, whose own are drawn from all there can be."""
    for number in count(FIRST_TAX_ID):
        base = f"{number:09d}"
        if (found := base + _check_digits(base)) not in taken:
            yield found


def _check_digits(base: str) -> str:
    """Return the two check digits of a CPF of nine digits: weights fall to 2, modulo 11."""
    for _ in range(2):
        weighed = sum(w * int(d) for w, d in zip(range(len(base) + 1, 1, -1), base, strict=True))
        base += str(-weighed % 11 % 10)
    return base[-2:]


def _new_record(
    row: asyncpg.Record, codes: dict[bytes, str], keyed_hash: KeyedHash, copy: int
) -> UUID:
    """Return the id under which the product would know the record of the copy."""
    if row["code_key"] is not None:
        return keyed_record(keyed_hash, row["source"], codes[row["code_key"]])
    return keyed_hash.uuid("benchmark copy", row["record_id"].bytes, copy.to_bytes(4, "big"))


def _row(renamed: Renamed) -> tuple[bytes, int, bytes, str]:
    return renamed.old_key, renamed.copy, renamed.new_key, renamed.value


async def _fill(connection: asyncpg.Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table(table.name, records=rows, columns=table.c.keys())


def _copied(table: Table, copies: int) -> Any:
    """Return the statement that copies a table: every row of it once for each copy."""
    copy = func.generate_series(1, copies).table_valued("copy").render_derived(name="copies")
    number = cast(copy.c.copy, Integer)
    source: Any = table.join(copy, literal_column("true"))
    columns: dict[str, ColumnElement[Any]] = {}
    for column in table.c:
        columns[column.name], source = _made(column, number, source)
    if columns.keys() >= set(PAIR):
        pair = [columns[name] for name in PAIR]
        columns |= dict(zip(PAIR, (func.least(*pair), func.greatest(*pair)), strict=True))
    chosen: Select[Any] = select(*columns.values()).select_from(source)
    return insert(table).from_select(table.c.keys(), chosen)


def _made(
    column: Column[Any], copy: ColumnElement[int], source: Any
) -> tuple[ColumnElement[Any], Any]:
    """Return what stands in a column of a copy, and what has to be joined to know it."""
    if column.name in RECORDS:
        new = NEW_RECORD.alias()
        return new.c.new_id, source.outerjoin(new, and_(new.c.old_id == column, new.c.copy == copy))
    if column.name == "identifier_key" or (column.table.name, column.name) == IDENTIFIER_VALUE:
        new = NEW_IDENTIFIER.alias()
        key = column.table.c.identifier_key
        chosen = new.c.new_key if column.name == "identifier_key" else new.c.value
        return chosen, source.outerjoin(new, and_(new.c.old_key == key, new.c.copy == copy))
    if isinstance(column.type, Uuid):
        return _other_uuid(column, copy), source
    if isinstance(column.type, LargeBinary):
        return _other_bytes(column, copy), source
    return column, source


IDENTIFIER_VALUE: Final = ("identifier", "value")


def _other_uuid(column: ColumnElement[Any], copy: ColumnElement[int]) -> ColumnElement[Any]:
    """Return another id of the same moment: a UUIDv7 stays one, in its month."""
    raw = func.uuid_send(column)
    made = func.substr(raw, 1, 9).op("||")(func.substr(_hash(raw, copy), 1, 7))
    return cast(func.encode(made, "hex"), Uuid)


def _other_bytes(column: ColumnElement[Any], copy: ColumnElement[int]) -> ColumnElement[Any]:
    return func.substr(_hash(column, copy), 1, func.length(column))


def _hash(raw: ColumnElement[Any], copy: ColumnElement[int]) -> ColumnElement[Any]:
    return func.sha256(raw.op("||")(func.int4send(copy)))


def _text(statement: Any) -> str:
    compiled = statement.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True})
    return str(compiled)


def _ddl(table: Table) -> str:
    return str(CreateTable(table).compile(dialect=POSTGRESQL))
