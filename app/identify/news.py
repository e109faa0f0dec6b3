"""Does what a fact says change who anybody is?  Most of what is told about a known record does not.

A sale of a customer who bought before names what the record named already.  Which components then
have to be looked at again is told here from what is stored of the values alone, since to read and
judge a whole component takes longer than all else that an array costs.  What is left out stays as
it is whatever the rest of its component holds; ``test_identify_news`` holds that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from app.identify.eras import RECYCLED, Silence, silences
from app.identify.evidence import Limits
from app.identify.limits import DATED
from app.identify.rows import Located, NamedIdentifier, RecordEvidence, StoredLink
from app.vocabulary import Assurance, ComponentId, IdentifierKey, RecordId


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
    values = _values(found)
    quiet = timedelta(days=limits.quiet_days)
    components: set[ComponentId] = set()
    for evidence in told:
        names = [named for named in evidence.names if named.key in active]
        if evidence.record_id not in changed and all(
            _is_in(values[named.key], named, evidence, limits.nameless)
            and not _ends_a_silence(values[named.key], named, evidence.record_id, quiet)
            for named in names
        ):
            continue
        if (place := found.places.get(evidence.record_id)) is not None:
            components.add(place.component_id)
        components.update(*(values[named.key].components for named in names))
    return components


@dataclass(slots=True)
class _Value:
    """Who holds a value as it is stored; of those who weigh, when nobody was seen with it."""

    components: set[ComponentId] = field(default_factory=set)
    links: dict[RecordId, StoredLink] = field(default_factory=dict)
    weighing: list[StoredLink] = field(default_factory=list)
    silences: list[Silence] | None = None


def _values(found: Located) -> dict[IdentifierKey, _Value]:
    values: dict[IdentifierKey, _Value] = defaultdict(_Value)
    for (key, record), stored in found.links.items():
        value = values[key]
        value.components.add(found.places[record].component_id)
        value.links[record] = stored
        if stored.assurance != Assurance.ENRICHED.rank and record not in found.generic:
            value.weighing.append(stored)
    return values


def _is_in(
    value: _Value, named: NamedIdentifier, evidence: RecordEvidence, most_nameless: int
) -> bool:
    """Tell whether the record names the value already, for as much and as long as it does now.

    That it names it without a person for the first time counts only where so many records name it
    that it could be nobody's (``holders``).
    """
    stored = value.links.get(evidence.record_id)
    return (
        stored is not None
        and not stored.denied
        and (stored.unnamed or evidence.token is not None or len(value.links) <= most_nameless)
        and stored.assurance >= named.assurance.rank
        and (named.identifier.type not in DATED or stored.first_seen_at <= named.seen_at)
    )


def _ends_a_silence(
    value: _Value, named: NamedIdentifier, record: RecordId, quiet: timedelta
) -> bool:
    """Tell whether this naming falls into, or ends early, a time in which nobody was seen with it.

    Somebody else may have come after it, and then it is a recycled number (``eras``).  A link that
    was denied weighs or not, by when it was named last: with one of those nobody knows from here.
    """
    if named.identifier.type not in RECYCLED or len(value.links) == 1:
        return False
    if any(stored.denied for stored in value.links.values()):
        return True
    stored = value.links[record]
    if named.seen_at < stored.first_seen_at:
        return True
    if value.silences is None:
        value.silences = silences(value.weighing, quiet)
    return any(
        stored.last_seen_at <= until and again - quiet <= named.seen_at
        for until, again in value.silences
    )
