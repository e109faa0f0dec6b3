"""Does what a fact says change who anybody is?  Most of what is told about a known record does not.

A sale of a customer who bought before names what the record named already.  Which components then
have to be looked at again is told here from what is stored of the values alone, since to read and
judge a whole component takes longer than all else that an array costs.  What is left out stays as
it is whatever the rest of its component holds; ``test_identify_news`` holds that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from app.identify.eras import RECYCLED, Silence, silences
from app.identify.evidence import Limits
from app.identify.limits import DATED
from app.identify.rows import Located, NamedIdentifier, RecordEvidence, StoredLink
from app.vocabulary import Assurance, ComponentId, IdentifierKey, RecordId

Holders = Mapping[RecordId, StoredLink]
"""Who names a value, as it is stored."""

_NOBODY: Final[Holders] = MappingProxyType({})


def components_of_news(
    told: Iterable[RecordEvidence],
    active: Collection[IdentifierKey],
    found: Located,
    changed: Collection[RecordId],
    limits: Limits,
) -> set[ComponentId]:
    """Return the components whose partition may be another with what was told than without it.

    They are those of the records of which something new is said and of whoever holds a value that
    these name; the others of an array are as their facts ask already.  ``found`` is what was stored
    before of the values that are ``active``; the records that are new, or named a person they never
    named before, have ``changed``.
    """
    silences_of = _Silences(found, timedelta(days=limits.quiet_days))
    components: set[ComponentId] = set()
    for evidence in told:
        names = [named for named in evidence.names if named.key in active]
        if evidence.record_id not in changed and all(
            _is_in(found.links.get(named.key, _NOBODY), named, evidence, limits.nameless)
            and not silences_of.are_ended(named, evidence.record_id)
            for named in names
        ):
            continue
        records = {evidence.record_id}.union(*(found.links.get(each.key, ()) for each in names))
        places = (found.places.get(record) for record in records)
        components.update(place.component_id for place in places if place is not None)
    return components


def _is_in(
    held: Holders, named: NamedIdentifier, evidence: RecordEvidence, most_nameless: int
) -> bool:
    """Tell whether the record names the value already, for as much and as long as it does now.

    That it names it without a person for the first time counts only where so many records name it
    that it could be nobody's (``holders``).
    """
    stored = held.get(evidence.record_id)
    return (
        stored is not None
        and not stored.denied
        and (stored.unnamed or evidence.token is not None or len(held) <= most_nameless)
        and stored.assurance >= named.assurance.rank
        and (named.identifier.type not in DATED or stored.first_seen_at <= named.seen_at)
    )


@dataclass(frozen=True, slots=True)
class _Silences:
    """When nobody was seen with a value for long, worked out for those who may end it."""

    found: Located
    quiet: timedelta
    known: dict[IdentifierKey, list[Silence]] = field(default_factory=dict)

    def are_ended(self, named: NamedIdentifier, record: RecordId) -> bool:
        """Tell whether this naming falls into a time in which nobody was seen with the value.

        Or so shortly before its end that it is too short to be one: whoever came after it may be
        somebody else, and the number recycled (``eras``).  There is none to end, whoever weighs,
        unless somebody came so long after this record was seen with it.  A link that was denied
        weighs or not, by when it was named last: with one of those nobody knows from here.
        """
        held = self.found.links[named.key]
        if named.identifier.type not in RECYCLED or len(held) == 1:
            return False
        stored = held[record]
        if named.seen_at < stored.first_seen_at:
            return True
        if all(each.first_seen_at - stored.last_seen_at <= self.quiet for each in held.values()):
            return False
        return any(each.denied for each in held.values()) or any(
            stored.last_seen_at <= until and again - self.quiet <= named.seen_at
            for until, again in self._of(named.key)
        )

    def _of(self, key: IdentifierKey) -> list[Silence]:
        if key not in self.known:
            weighing = _weighing(self.found.links[key], self.found.generic)
            self.known[key] = silences(weighing, self.quiet)
        return self.known[key]


def _weighing(held: Holders, nobody: Collection[RecordId]) -> Iterable[StoredLink]:
    return (
        stored
        for record, stored in held.items()
        if stored.assurance != Assurance.ENRICHED.rank and record not in nobody
    )
