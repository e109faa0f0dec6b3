"""What about a component should a person look at?  A pure function of what it was clustered from.

Where the evidence is not enough to join and too much to ignore, where two could claim the same,
where a limit was passed, a value turned out to be nobody's or an agent contradicted us, nothing
waits: the customers are what the rules say, and a review opens.  The same facts open the same
reviews in whatever order they come, and a review is gone when its reason is.  What a person said of
themself is for nobody to judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.identify.cluster import Cluster, Partition, partition
from app.identify.decisions import PeoplesDecision, by_people
from app.identify.doubt import Detail, Doubt, DoubtKind, Looked
from app.identify.evidence import Limits, Link
from app.identify.limits import limits_passed
from app.identify.rivals import rivals
from app.identify.rows import Content
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

_SOME: Final = 0.5
_LITTLE: Final = 0.1


def looked_at(
    content: Content,
    denied: Iterable[Link],
    nobody: Collection[RecordId],
    decisions: Collection[PeoplesDecision],
) -> Callable[[Partition, Sequence[Link], Sequence[Link]], Looked]:
    """Return what makes of each component's clusters and links all that doubts are judged by."""
    closed: dict[RecordId, list[Link]] = defaultdict(list)
    for link in denied:
        closed[link.record_id].append(link)

    def looked(clusters: Partition, links: Sequence[Link], past: Sequence[Link]) -> Looked:
        records = {record: content.records[record] for cluster in clusters for record in cluster}
        generic = frozenset(records.keys() & nobody)
        unreal = {record for record, found in records.items() if found.anonymous}
        return Looked(
            clusters=clusters,
            links=links,
            denied=[link for record in records for link in closed.get(record, ())],
            bearers={record: found.bearer for record, found in records.items()},
            decisions=decisions,
            nobody=generic | unreal,
            generic=generic,
            past=past,
        )

    return looked


def doubts(looked: Looked, limits: Limits) -> list[Doubt]:
    """Return what somebody should look at in one component, in a fixed order."""
    made, sides = by_people(frozenset(looked.bearers), looked.decisions)
    oversized = _oversized(looked, limits)
    found = [
        *rivals(looked, limits, sides, oversized),
        *_limits(looked, limits, [group for group in made if len(group) > 1]),
        *(_taken_apart(looked, whole, limits) for whole in oversized),
        *_denied(looked),
        *(_generic_record(record, limits) for record in looked.generic),
    ]
    return sorted(found, key=lambda doubt: (doubt.kind, doubt.subject))


def generic_value(key: IdentifierKey, kind: IdentifierType, limits: Limits) -> Doubt:
    """Return the doubt about a value that turned out to be nobody's: for good, in this epoch."""
    details: dict[str, Detail] = {"type": kind.value, "limit": limits.holders.get(kind, 0)}
    return Doubt(DoubtKind.GENERIC_VALUE, (key,), (), details, _LITTLE)


def _limits(
    looked: Looked, limits: Limits, made: Collection[frozenset[RecordId]]
) -> Iterator[Doubt]:
    own: dict[RecordId, list[Link]] = defaultdict(list)
    for link in looked.links:
        own[link.record_id].append(link)
    for cluster in looked.clusters:
        if cluster <= looked.nobody:
            continue
        links = [link for record in cluster for link in own[record]]
        for passed in limits_passed(links, made, limits.customer, looked.tax_ids):
            details: dict[str, Detail] = {
                "type": passed.kind[0].value,
                "count": passed.count,
                "limit": passed.limit.most,
                "days": passed.limit.within_days or 0,
            }
            first = looked.name_of(cluster)
            subject = (*(part.encode() for part in passed.kind), first.bytes)
            yield Doubt(DoubtKind.LIMIT_PASSED, subject, (first,), details, _SOME)


def _oversized(looked: Looked, limits: Limits) -> list[Cluster]:
    """Return the customers there would be if size did not matter, as far as they are not."""
    known = [record for cluster in looked.clusters for record in cluster]
    if len(known) <= limits.largest:
        return []
    boundless = replace(limits, largest=len(known))
    links = [*looked.links, *looked.past]
    whole = partition(known, links, looked.decisions, looked.bearers, boundless)
    return sorted(whole - looked.clusters, key=min)


def _taken_apart(looked: Looked, whole: Cluster, limits: Limits) -> Doubt:
    parts = tuple(
        sorted(looked.name_of(cluster) for cluster in looked.clusters if cluster <= whole)
    )
    details: dict[str, Detail] = {
        "records": len(whole),
        "parts": len(parts),
        "limit": limits.largest,
    }
    return Doubt(DoubtKind.TAKEN_APART, (parts[0].bytes,), parts, details, _SOME)


def _denied(looked: Looked) -> Iterator[Doubt]:
    home = {record: cluster for cluster in looked.clusters for record in cluster}
    told: dict[tuple[IdentifierKey, Cluster], list[Link]] = defaultdict(list)
    for link in looked.denied:
        if not link.withdrawn and not home[link.record_id] <= looked.nobody:
            told[link.key, home[link.record_id]].append(link)
    for (key, _), links in told.items():
        first = min(link.record_id for link in links)
        details: dict[str, Detail] = {"type": links[0].type.value, "records": len(links)}
        yield Doubt(DoubtKind.DENIED, (key, first.bytes), (first,), details, _SOME)


def _generic_record(record: RecordId, limits: Limits) -> Doubt:
    details: dict[str, Detail] = {"limit": limits.persons_of_a_record}
    return Doubt(DoubtKind.GENERIC_RECORD, (record.bytes,), (record,), details, _LITTLE)
