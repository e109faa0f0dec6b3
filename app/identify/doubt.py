"""What is a doubt?  A reason for somebody to look, known by its kind and by what it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.identify.cluster import Cluster, Partition
from app.identify.decisions import PeoplesDecision
from app.identify.evidence import Link
from app.identify.holders import Bearer
from app.vocabulary import IdentifierKey, RecordId

Detail = str | int | float | list[str]


class DoubtKind(StrEnum):
    """Why somebody should look."""

    POSSIBLY_SAME = "possibly_same"
    CONTESTED = "contested"
    TAX_ID_SLIP = "tax_id_slip"
    LIMIT_PASSED = "limit_passed"
    TAKEN_APART = "taken_apart"
    GENERIC_VALUE = "generic_value"
    GENERIC_RECORD = "generic_record"
    DENIED = "denied"


PAIRS: Final = frozenset({DoubtKind.POSSIBLY_SAME, DoubtKind.CONTESTED, DoubtKind.TAX_ID_SLIP})
"""Kinds that ask whether two customers are one."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at: ``sides`` has a record of each customer that it is about.

    ``uncertainty`` is from 0 (hardly a question) to 1 (as likely as not).
    """

    kind: DoubtKind
    subject: tuple[bytes, ...]
    sides: tuple[RecordId, ...]
    details: Mapping[str, Detail]
    uncertainty: float

    @property
    def review_id(self) -> UUID:
        """Return the id its review has for ever: a UUID version 8 of hashes keyed already."""
        digest = hashlib.sha256(self.kind.encode())
        for part in self.subject:
            digest.update(len(part).to_bytes(4, "big") + part)
        raw = bytearray(digest.digest()[:16])
        raw[6] = (raw[6] & 0x0F) | 0x80
        raw[8] = (raw[8] & 0x3F) | 0x80
        return UUID(bytes=bytes(raw))

    @property
    def fingerprint(self) -> bytes:
        """Return what tells whether the evidence is still what somebody was shown."""
        text = json.dumps(self.details, sort_keys=True)
        return hashlib.sha256(text.encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class Looked:
    """A component as it was just clustered, and all it was clustered from.

    ``links`` weigh, ``denied`` do not, ``past`` is what these still say; ``nobody`` are records
    that stand for no customer anybody could be asked about: made by asking alone, or of many
    persons (``generic``).
    """

    clusters: Partition
    links: Sequence[Link]
    denied: Sequence[Link]
    bearers: Mapping[RecordId, Bearer]
    decisions: Collection[PeoplesDecision]
    nobody: frozenset[RecordId]
    generic: frozenset[RecordId] = frozenset()
    past: Sequence[Link] = ()
    tax_ids: Mapping[IdentifierKey, str] = field(default_factory=dict, repr=False)

    def name_of(self, cluster: Cluster) -> RecordId:
        """Return the record that stands for a customer: its first one that is somebody's.

        Who rang and was not known is not told apart by it, or asking would change what is asked.
        """
        return min(cluster - self.nobody or cluster)
