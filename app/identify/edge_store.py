"""Where are the edges kept?  In a table, written where their component was just clustered.

An edge is derived, as a partition is: deleted and written anew, it is the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.database.hot import HotStatement
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.edges import Breakdown, Edge, EdgeKind
from app.identify.rows import PartitionRows
from app.vocabulary import CustomerId, RecordId

WRITE_EDGES: Final = HotStatement(statement("app.identify", "write_edges"))
EDGES_OF: Final = statement("app.identify", "edges_of")

_REMEMBERED: Final = 5_000


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """An edge as it is stored, and with whom its two records are now."""

    edge: Edge
    epoch: int
    customers: tuple[CustomerId, CustomerId]


async def write(tx: Connection, rows: PartitionRows) -> int:
    """Make the edges between the records judged what they are; return how many were not so.

    The records' components must be locked.
    """
    edges = rows.edges
    [written] = await WRITE_EDGES.rows(
        tx,
        {
            "record_ids": rows.judged,
            "epoch": rows.epoch,
            "lows": [edge.record_lo for edge in edges],
            "highs": [edge.record_hi for edge in edges],
            "kinds": [edge.kind.value for edge in edges],
            "millibits": [edge.millibits for edge in edges],
            "breakdowns": [_json(edge.breakdown) for edge in edges],
        },
    )
    return int(written.changed)


async def edges_of(
    tx: Connection, records: Collection[RecordId], near: Collection[RecordId], most: int
) -> tuple[list[StoredEdge], int]:
    """Return the edges of a customer's records, and how many more than ``most`` there are.

    Those between the records ``near`` come first, then what weighs most.
    """
    asked = {"record_ids": list(records), "near": list(near), "most": most}
    rows = (await tx.execute(EDGES_OF, asked)).all()
    found = [
        StoredEdge(
            Edge(
                row.record_lo,
                row.record_hi,
                EdgeKind(row.kind),
                row.millibits,
                tuple(sorted(row.breakdown.items())),
            ),
            row.epoch,
            (row.customer_lo, row.customer_hi),
        )
        for row in rows
    ]
    return found, (rows[0].in_all - len(rows) if rows else 0)


@lru_cache(maxsize=_REMEMBERED)
def _json(breakdown: Breakdown) -> str:
    return json.dumps(dict(breakdown))
