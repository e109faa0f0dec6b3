"""Is a stored name still one, a stored birth date still plausible?  And who provided a fact?

What is told now is judged before it is stored (``event_profile``).  What was stored by earlier
rules is looked at here: where it says nothing it goes, and what it displaced comes back from the
events, and so does the provider of a fact stored before these were kept: an old house ends as a
new one that was told the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.database.statements import statement
from app.database.transaction import Connection
from app.identify import queries as identify
from app.identify.profile import fault_of
from app.identify.rows import ProfileFact
from app.vocabulary import Assurance, RecordId

PROFILE_FACTS_AFTER: Final = statement("app.flows", "profile_facts_after")
PROFILE_PROVIDED: Final = statement("app.flows", "profile_provided")
PROFILE_PROVIDERS: Final = statement("app.flows", "profile_providers")
PROFILE_TOLD: Final = statement("app.flows", "profile_told")
FORGET_PROFILE_FACTS: Final = statement("app.flows", "forget_profile_facts")

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A name or a birth date as it is stored, or what a third party told."""

    record_id: RecordId
    attribute: str
    assurance: int
    value: str
    occurred_at: datetime
    event_key: bytes = b""
    provider: str | None = None

    @classmethod
    def at(cls, place: str) -> StoredFact:
        """Return a fact of which only its place among all is known."""
        record_id, attribute, assurance = place.split()
        return cls(RecordId(UUID(record_id)), attribute, int(assurance), "", _LONG_AGO)

    @property
    def place(self) -> str:
        """Return where it is among all, as words: names of attributes have no spaces."""
        return f"{self.record_id} {self.attribute} {self.assurance}"


@dataclass(frozen=True, slots=True)
class Provided:
    """Who provided what an event told of a record."""

    record_id: RecordId
    event_key: bytes
    provider: str


FIRST_FACT: Final = StoredFact(RecordId(UUID(int=0)), "", 0, "", _LONG_AGO)


async def facts_after(tx: Connection, after: StoredFact, most: int) -> list[StoredFact]:
    """Return the next names, birth dates and third parties' words, in order of their records."""
    rows = await tx.execute(
        PROFILE_FACTS_AFTER,
        {
            "after_record": after.record_id,
            "after_attribute": after.attribute,
            "after_assurance": after.assurance,
            "most": most,
        },
    )
    return [StoredFact(RecordId(row[0]), *row[1:]) for row in rows]


async def provided(tx: Connection, facts: Collection[StoredFact]) -> list[Provided]:
    """Return who provided what nobody declared and names no provider, where its event tells it."""
    unnamed = [
        fact for fact in facts if fact.assurance < Assurance.DECLARED.rank and fact.provider is None
    ]
    keys = {
        "record_ids": [fact.record_id for fact in unnamed],
        "event_keys": [fact.event_key for fact in unnamed],
    }
    return [Provided(*row) for row in await tx.execute(PROFILE_PROVIDED, keys)]


def saying_nothing(facts: Collection[StoredFact], zone: ZoneInfo) -> list[StoredFact]:
    """Return which of stored facts the rules of today would not store."""
    return [
        fact
        for fact in facts
        if fault_of(fact.attribute, fact.value, fact.occurred_at.astimezone(zone).date())
    ]


async def put_right(tx: Connection, facts: Sequence[StoredFact]) -> None:
    """Delete facts that say nothing; what was told before them and says something holds again."""
    await identify.lock_components(tx, {fact.record_id for fact in facts}, ())
    keys = {
        "record_ids": [fact.record_id for fact in facts],
        "attributes": [fact.attribute for fact in facts],
    }
    told = await tx.execute(
        PROFILE_TOLD,
        keys | {"assurances": [Assurance.of_rank(fact.assurance).value for fact in facts]},
    )
    usable = [
        ProfileFact(
            RecordId(row.record_id),
            row.attribute,
            Assurance(row.assurance).rank,
            row.value,
            row.occurred_at,
            row.event_key,
            row.provider,
        )
        for row in told
        if fault_of(row.attribute, row.value, row.business_on) is None
    ]
    stored = {
        "assurances": [fact.assurance for fact in facts],
        "person_values": [fact.value for fact in facts],
    }
    await tx.execute(FORGET_PROFILE_FACTS, keys | stored)
    await identify.write_profile(tx, usable)


async def name_providers(tx: Connection, found: Sequence[Provided]) -> None:
    """Let facts stored before providers were kept name theirs."""
    await identify.lock_components(tx, {each.record_id for each in found}, ())
    told = {
        "record_ids": [each.record_id for each in found],
        "event_keys": [each.event_key for each in found],
        "providers": [each.provider for each in found],
    }
    await tx.execute(PROFILE_PROVIDERS, told)
