"""Which record and which identifier does a source speak of?  Known from what it said, by hash.

A record's id is the keyed hash of (source, record key), or, where the source gave no key, of the
source, the strongest identifier given and the person's signature.  So the record of a fact is known
before the database is asked, and the same words name the same record for ever (ADR 0009).
"""

from __future__ import annotations

from collections.abc import Iterable

from app.database.keyed_hash import KeyedHash
from app.identify.evidence import STRENGTH_ORDER
from app.identify.holders import Token, token
from app.vocabulary import Identifier, IdentifierKey, RecordId

OWN_SOURCE = "idip"
"""The source of what was told to this service rather than by another system."""


def identifier_key(keyed_hash: KeyedHash, identifier: Identifier) -> IdentifierKey:
    """Return the key an identifier is stored, locked and looked up by."""
    return IdentifierKey(
        keyed_hash.digest("identifier", identifier.type, identifier.scope, identifier.value)
    )


def keyed_record(keyed_hash: KeyedHash, source: str, record_key: str) -> RecordId:
    """Return the record a source knows under a key of its own; spaces around it are not part."""
    return RecordId(keyed_hash.uuid("record", source, "key", record_key.strip()))


def keyless_record(
    keyed_hash: KeyedHash, source: str, identifiers: Iterable[Identifier], signature: str
) -> RecordId | None:
    """Return the record of a source that gave no key, or None where nothing names anybody.

    The strongest identifier given names it (tax_id > document > login > loyalty > customer_code >
    email > phone; the smallest value among equals), together with first name and birth date.
    """
    naming = [found for found in identifiers if found.type in STRENGTH_ORDER and found.identifies]
    if not naming:
        return None
    strongest = min(naming, key=lambda f: (STRENGTH_ORDER.index(f.type), f.scope, f.value))
    return RecordId(
        keyed_hash.uuid(
            "record",
            source,
            "identifier",
            strongest.type,
            strongest.scope,
            strongest.value,
            signature,
        )
    )


def person_token(keyed_hash: KeyedHash, signature: str) -> Token | None:
    """Return what stands for the person of a signature (``names``) in counts; None for nobody.

    Counted by the first name alone: who leaves out the second is no other person.
    """
    if not signature:
        return None
    given, _, born = signature.partition("|")
    first = given.partition(" ")[0]
    return token(
        keyed_hash.digest("first name", first) if first else None,
        keyed_hash.digest("birth date", born) if born else None,
    )


def visit_record(keyed_hash: KeyedHash, source: str, visit: Identifier) -> RecordId:
    """Return the record that a visit nobody logged in to hangs its facts on."""
    return RecordId(keyed_hash.uuid("record", source, "visit", visit.scope, visit.value))


def own_record(keyed_hash: KeyedHash, identifier: Identifier) -> RecordId:
    """Return the record that contacts and decisions asked by this identifier hang on."""
    return RecordId(
        keyed_hash.uuid("record", OWN_SOURCE, identifier.type, identifier.scope, identifier.value)
    )
