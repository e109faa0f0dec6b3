"""What does a person correct?  Values of their profile, and what they are known by.

A correction is a fact on the record the customer id was minted for; what is said not to be theirs
closes the links of their records for good (``withdrawals``).  Both may tell their person otherwise
than before, so the customer is put together anew at once, under the same locks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.access import audit
from app.access.audit import Act, ActKind
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.erasure import Held
from app.flows.event_command import EventType
from app.flows.identity_decision import settle
from app.flows.subject_facts import Word, announce, append, fact_of, home_of
from app.identify import queries as identify
from app.identify import withdrawals
from app.identify.attach import relink
from app.identify.keys import identifier_key, keyed_record
from app.identify.rows import ProfileFact
from app.problems import Conflict, Fault
from app.vocabulary import Assurance, CustomerId, Identifier, IdentifierKey, IdentifierType

_CAUSE: Final = "rectified"


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right in a profile, what is not the person's, and what is theirs after all."""

    profile: Mapping[str, str]
    denied: Sequence[Identifier] = ()
    claimed: Sequence[Identifier] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of what it corrects; never a value."""
        return (
            *self.profile,
            *(f"denied.{each.type}" for each in self.denied),
            *(f"claimed.{each.type}" for each in self.claimed),
        )

    @property
    def content(self) -> dict[str, Any]:
        """Return what the fact of it holds."""
        told: dict[str, Any] = {}
        if self.profile:
            told["profile"] = {**self.profile, "assurance": Assurance.RECTIFIED}
        for name, found in (("denied", self.denied), ("claimed", self.claimed)):
            if found:
                told[name] = [{"type": i.type, "scope": i.scope, "value": i.value} for i in found]
        return told


async def rectify(
    tx: Connection, customer: CustomerId, correction: Correction, word: Word
) -> CustomerId:
    """Take a person's correction, which holds against every source; return who they are now.

    A corrected value holds until a later correction.  An identifier that is not theirs finds none
    of their records any more, whatever is told of these later, until the person claims it.  It
    takes no customer apart: which records are somebody else's, a split says.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
        Conflict: no record of theirs names what is denied or claimed, or is known by its very name.
    """
    home = await home_of(tx, customer)
    await _change_links(tx, home.held, correction, word)
    fact = fact_of(EventType.PROFILE, correction.content, home, word)
    await append(tx, [fact], home)
    rectified, at = Assurance.RECTIFIED.rank, word.now
    spoken = await identify.write_profile(
        tx,
        [
            ProfileFact(home.record_id, attribute, rectified, value, at, fact.event_key)
            for attribute, value in correction.profile.items()
        ],
    )
    current = home.held.customer_id
    if spoken or correction.denied or correction.claimed:
        found = await relink(tx, home.held.components, (), at, cause=_CAUSE)
        await settle(tx, found, at)
        current = found.customers[home.record_id]
    act = Act(word.actor, ActKind.CUSTOMER_RECTIFIED, at, current, fields=correction.fields)
    await audit.note(tx, act)
    await announce(tx, current)
    return current


async def _change_links(tx: Connection, held: Held, correction: Correction, word: Word) -> None:
    _refuse_own_names(held, correction.denied, word.keyed_hash)
    if correction.denied:
        keys = [identifier_key(word.keyed_hash, each) for each in correction.denied]
        _refuse_strangers("denied", keys, await withdrawals.withdraw(tx, held.records, keys))
    if correction.claimed:
        keys = [identifier_key(word.keyed_hash, each) for each in correction.claimed]
        there = await withdrawals.claim(tx, held.records, keys, word.now)
        _refuse_strangers("claimed", keys, there)


def _refuse_own_names(held: Held, denied: Sequence[Identifier], keyed_hash: KeyedHash) -> None:
    """Refuse to deny the key by which its source knows a record: then the record is not theirs."""
    faults = tuple(
        Fault(f"/denied/{nth}", "names-a-record", "is how its source knows one of the records")
        for nth, each in enumerate(denied)
        if each.type is IdentifierType.CUSTOMER_CODE
        and keyed_record(keyed_hash, each.scope, each.value) in held.records
    )
    if faults:
        raise Conflict(
            "a record whose own key is somebody else's is somebody else's record: take it out with"
            " POST /v1/customers/{id}/split",
            code="names-a-record",
            faults=faults,
        )


def _refuse_strangers(
    place: str, told: Sequence[IdentifierKey], there: Collection[IdentifierKey]
) -> None:
    """Refuse what none of the customer's records names."""
    faults = tuple(
        Fault(f"/{place}/{nth}", "not-known-by", "no record of this customer names it")
        for nth, key in enumerate(told)
        if key not in there
    )
    if faults:
        raise Conflict(
            "this customer is not known by that: what they are known by stands in `identifiers` of"
            " GET /v1/customers/{id} and in their export; what is new comes as an event",
            code="not-known-by",
            faults=faults,
        )
