"""Where do the truth and the service's answers meet?  In a file of SQLite: memory stays flat.

Both sides are read line by line: the truth as ``idip simulate --truth`` wrote it, the answers as
``idip export records|events|customers`` did.  Nothing here looks into the service.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

SCHEMA = """
CREATE TABLE mention (
    source TEXT, name TEXT, is_event INT, person TEXT, causes INT, named INT, customer TEXT,
    PRIMARY KEY (source, name, is_event)
) WITHOUT ROWID;
CREATE TABLE person (
    person TEXT PRIMARY KEY, party TEXT, net INT, cost INT, unnamed INT, purchases INT, days INT,
    last_on TEXT, reach TEXT, propensities TEXT
) WITHOUT ROWID;
CREATE TABLE customer (
    customer TEXT PRIMARY KEY, net INT, cost INT, purchases INT, days INT, last_on TEXT
) WITHOUT ROWID;
"""
SHARED = """
CREATE TABLE holding AS
SELECT person, customer, count(*) AS mentions, min(lot(source, name, is_event)) AS lot FROM mention
WHERE customer IS NOT NULL GROUP BY person, customer;
CREATE TABLE owner AS
SELECT person, customer FROM (
    SELECT person, customer, row_number() OVER (
        PARTITION BY person ORDER BY mentions DESC, lot
    ) AS place FROM holding
) WHERE place = 1;
CREATE UNIQUE INDEX owner_person ON owner (person);
CREATE INDEX holding_customer ON holding (customer);
"""
AT_ONCE = 10_000


class Store:
    """A file of measurements; causes are bits, in the order in which they were met."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.db = sqlite3.connect(path)
        self.db.create_function("lot", 3, lot, deterministic=True)
        self.db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        self.causes: dict[str, int] = {}

    def rows(self, query: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        return iter(self.db.execute(query, parameters))

    def one(self, query: str, *parameters: object) -> tuple[Any, ...]:
        row = self.db.execute(query, parameters).fetchone()
        return () if row is None else tuple(row)

    def read_truth(self, path: Path) -> None:
        with self.db:
            for line in _lines(path):
                if line["kind"] == "person":
                    self._person(line)
                else:
                    self._mention(line)

    def read_records(self, path: Path) -> None:
        self._place(path, "record_key", is_event=0)

    def read_events(self, path: Path) -> None:
        self._place(path, "id", is_event=1)

    def read_customers(self, path: Path) -> None:
        with self.db:
            for row in _lines(path):
                self.db.execute(
                    "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        row["customer_id"],
                        cents(row["net"]),
                        cents(row["cost"]),
                        row["purchases"],
                        row["purchase_days"],
                        row["last_on"],
                    ),
                )

    def join(self) -> None:
        """Say of each person which customers hold them, and which holds most: theirs.

        Where several hold as much, lots are drawn by what was mentioned: a customer's id is another
        in every run, and the least name would always be of the same source.
        """
        with self.db:
            self.db.executescript(SHARED)

    def bits(self, causes: Iterable[str]) -> int:
        return sum(1 << self.causes.setdefault(cause, len(self.causes)) for cause in causes)

    def _person(self, line: dict[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line["person"],
                line["party"],
                cents(line["net"]),
                cents(line["cost"]),
                cents(line["unnamed_net"]),
                line["purchases"],
                line["purchase_days"],
                line["last_on"],
                orjson.dumps(line["reach"]),
                orjson.dumps(line["propensities"]),
            ),
        )

    def _mention(self, line: dict[str, Any]) -> None:
        is_event = line["kind"] == "event"
        name = line["event_id" if is_event else "record_key"]
        causes = self.bits(line["causes"])
        named = line.get("named", True)
        row = (line["source"], name, is_event, line["person"], causes, named)
        self.db.execute("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?, NULL)", row)

    def _place(self, path: Path, name: str, *, is_event: int) -> None:
        """Note the customer of each mention; sources that mention nobody this way are passed by."""
        query = "SELECT DISTINCT source FROM mention WHERE is_event = ?"
        sources = {source for (source,) in self.rows(query, is_event)}
        update = "UPDATE mention SET customer = ? WHERE source = ? AND name = ? AND is_event = ?"
        with self.db:
            self.db.executemany(
                update,
                (
                    (row["customer_id"], row["source"], row[name], is_event)
                    for row in _lines(path)
                    if row["source"] in sources and row[name] is not None
                ),
            )


def lot(source: str, name: str, is_event: int) -> bytes:
    """Return the lot of a mention: by chance, and the same in every run."""
    return blake2b(f"{source}/{name}/{is_event}".encode(), digest_size=8).digest()


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)
