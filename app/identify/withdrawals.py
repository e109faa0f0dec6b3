"""What does a person say is not theirs?  An identifier of their records, denied for good.

An agent's denial (``words``) lasts until a record names the contact point again; a person's own
word stands whatever any source tells about the same record later, until the person takes it back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.evidence import FOR_GOOD
from app.vocabulary import IdentifierKey, RecordId

WITHDRAW: Final = statement("app.identify", "withdraw")
CLAIM: Final = statement("app.identify", "claim")


async def withdraw(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> set[IdentifierKey]:
    """Close the links of these records to these identifiers for good; return which there are.

    Records that were made by asking stand for whoever asks, and keep theirs.  Closing what is
    closed changes nothing.  The records' components must be locked.
    """
    asked = {"record_ids": list(records), "identifier_keys": sorted(keys), "for_good": FOR_GOOD}
    rows = await tx.execute(WITHDRAW, asked)
    return {IdentifierKey(row.identifier_key) for row in rows}


async def claim(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey], now: datetime
) -> set[IdentifierKey]:
    """Open the links of these records to these identifiers, whoever closed them; return which.

    Claiming what is open changes nothing.  The records' components must be locked.
    """
    asked = {"record_ids": list(records), "identifier_keys": sorted(keys), "for_good": FOR_GOOD}
    rows = await tx.execute(CLAIM, asked | {"now": now})
    return {IdentifierKey(row.identifier_key) for row in rows}
