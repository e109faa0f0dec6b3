"""Which two customers of a component may be one?  By the same evidence that did not join them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from itertools import combinations
from math import log2
from typing import Final

from rapidfuzz.distance import OSA

from app.identify.cluster import Cluster
from app.identify.decisions import Labels
from app.identify.doubt import Detail, Doubt, DoubtKind, Looked
from app.identify.eras import RECYCLED, ties_of
from app.identify.evidence import JOIN_BITS, Limits, Link, bits_held_by, is_company_id, is_veto
from app.identify.holders import Bearer, persons_behind
from app.identify.person import Agreement, Person, compare
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

GREY_BITS: Final = log2(0.6 / 0.4)
"""From here on, a match probability of 0.60, two customers are worth a look (judgement)."""

_CONTACT_POINTS: Final = RECYCLED
"""Kinds by which people are reached: shared, they make a slip in a tax id likely."""

_CHECK_DIGITS: Final = 2
_AS_GOOD: Final = 1.0
_SOME: Final = 0.5


def rival_tax_ids(looked: Looked) -> set[IdentifierKey]:
    """Return the tax ids of which a component has several of a kind: their digits are compared."""
    keys: dict[tuple[str, str], set[IdentifierKey]] = defaultdict(set)
    for link in looked.links:
        if is_veto(link):
            keys[link.scope, link.party.value].add(link.key)
    return set().union(*(each for each in keys.values() if len(each) > 1))


def is_slip(one: str, other: str) -> bool:
    """Tell whether one slip of the finger lies between two numbers, check digits aside.

    A digit that is wrong or two that changed places; who checks the number as it is typed corrects
    the check digits with it.
    """
    if one == other:
        return False
    bodies = one[:-_CHECK_DIGITS], other[:-_CHECK_DIGITS]
    return any(OSA.distance(a, b, score_cutoff=1) <= 1 for a, b in ((one, other), bodies))


class Contradiction(Enum):
    """What tax ids say of two customers; ``SPEAKS_FOR``: one is a company, the other names its."""

    NONE = 0
    SLIP = 1
    REAL = 2
    SPEAKS_FOR = 3


class Clash(StrEnum):
    """What speaks so strongly against two customers being one that only people may join them."""

    TWO_TAX_IDS = "two_tax_ids"
    COMPANY_AND_PERSON = "company_and_person"
    CANNOT_LINK = "cannot_link"


@dataclass(frozen=True, slots=True)
class Standing:
    """How two customers stand to each other: what speaks for one, and what against.

    ``bits`` are of the strongest thing they share and of what their persons say to each other;
    ``is_decided`` where people keep them apart.
    """

    bits: float
    shared: frozenset[IdentifierType]
    agreement: Agreement | None
    contradiction: Contradiction
    is_decided: bool


TaxIds = dict[RecordId, dict[tuple[str, str], set[IdentifierKey]]]


@dataclass(slots=True)
class _Claim:
    """What two customers share."""

    bits: float = 0.0
    types: set[IdentifierType] = field(default_factory=set)


def rivals(
    looked: Looked,
    limits: Limits,
    sides: Mapping[RecordId, Labels],
    oversized: Collection[Cluster] = (),
) -> Iterator[Doubt]:
    """Yield the pairs of customers that may be one.

    ``sides`` is where people's splits put each record: what people kept apart is no question any
    more.  The parts of an ``oversized`` customer are asked about together, not pair by pair.
    """
    clusters = sorted(looked.clusters, key=min)
    if len(clusters) < 2:
        return
    real = [not cluster <= looked.nobody for cluster in clusters]
    held = _tax_ids(looked.links)
    for (a, b), claim in sorted(_claims(looked, clusters, limits, oversized).items()):
        one, other = clusters[a], clusters[b]
        if not (real[a] and real[b]):
            continue
        found = _standing(looked, (one, other), claim, held, sides)
        kind = _kind_of(found)
        if kind is not None:
            yield _pair(kind, (looked.name_of(one), looked.name_of(other)), found)


def standing_between(
    looked: Looked,
    one: Cluster,
    other: Cluster,
    limits: Limits,
    sides: Mapping[RecordId, Labels],
) -> Standing:
    """Return how two customers stand to each other, of one component or of two."""
    claims = _claims(looked, (one, other), limits, ())
    claim = claims.get((0, 1), _Claim())
    return _standing(looked, (one, other), claim, _tax_ids(looked.links), sides)


def clashes_between(
    one: Cluster, other: Cluster, links: Collection[Link], sides: Mapping[RecordId, Labels]
) -> list[Clash]:
    """Return what people override who make these two one: what they are, what people said before.

    ``links`` tell beside which tax ids records stand (``parties``).
    """
    tax_ids = _contradiction(one, other, _tax_ids(links), {})
    found = {
        Clash.TWO_TAX_IDS: tax_ids is not Contradiction.NONE,
        Clash.COMPANY_AND_PERSON: _speaks_for(one, other, links),
        Clash.CANNOT_LINK: _kept_apart(one, other, sides),
    }
    return [clash for clash, holds in found.items() if holds]


def _standing(
    looked: Looked,
    pair: tuple[Cluster, Cluster],
    claim: _Claim,
    held: TaxIds,
    sides: Mapping[RecordId, Labels],
) -> Standing:
    ones, others = (_persons(cluster, looked.bearers) for cluster in pair)
    return Standing(
        bits=claim.bits + _average(ones, others),
        shared=frozenset(claim.types),
        agreement=_best(ones, others),
        contradiction=Contradiction.SPEAKS_FOR
        if _speaks_for(*pair, looked.links)
        else _contradiction(*pair, held, looked.tax_ids),
        is_decided=_kept_apart(*pair, sides),
    )


def _claims(
    looked: Looked, clusters: Sequence[Cluster], limits: Limits, oversized: Collection[Cluster]
) -> dict[tuple[int, int], _Claim]:
    """Return what pairs of customers share."""
    home = {record: number for number, cluster in enumerate(clusters) for record in cluster}
    persons = {record: bearer.person for record, bearer in looked.bearers.items()}
    found: dict[tuple[int, int], _Claim] = defaultdict(_Claim)
    for held in ties_of(looked.links, persons, limits).values():
        numbers = sorted({home[link.record_id] for link in held if link.record_id in home})
        if len(numbers) < 2:
            continue
        bits = bits_held_by(held[0].type, persons_behind(held, looked.bearers))
        for pair in combinations(numbers, 2):
            if not any(clusters[pair[0]] | clusters[pair[1]] <= large for large in oversized):
                claim = found[pair]
                claim.bits = max(claim.bits, bits)
                claim.types.add(held[0].type)
    return found


def _kind_of(found: Standing) -> DoubtKind | None:
    """Return why two customers are doubtful; None where they are not, or people have decided."""
    if found.is_decided:
        return None
    agrees = found.agreement is not None and found.agreement.bits > 0
    match found.contradiction:
        case Contradiction.REAL | Contradiction.SPEAKS_FOR:
            return None
        case Contradiction.SLIP:
            likely = agrees and found.bits >= JOIN_BITS and found.shared & _CONTACT_POINTS
            return DoubtKind.TAX_ID_SLIP if likely else None
        case Contradiction.NONE if found.bits >= JOIN_BITS:
            return DoubtKind.CONTESTED
        case _:
            return DoubtKind.POSSIBLY_SAME if found.bits >= GREY_BITS else None


def _pair(kind: DoubtKind, sides: tuple[RecordId, RecordId], found: Standing) -> Doubt:
    details: dict[str, Detail] = {
        "bits": round(found.bits, 1),
        "shared": sorted(kind.value for kind in found.shared),
    }
    if found.agreement is not None:
        details |= {thing: level.value for thing, level in found.agreement.levels.items()}
    subject = tuple(record.bytes for record in sorted(sides))
    return Doubt(kind, subject, tuple(sorted(sides)), details, _uncertainty(kind, found.bits))


def _uncertainty(kind: DoubtKind, bits: float) -> float:
    """Return how open the question is: four times the variance of a yes at these odds."""
    if kind is DoubtKind.CONTESTED:
        return _AS_GOOD
    if kind is DoubtKind.TAX_ID_SLIP:
        return _SOME
    likely: float = 1 / (1 + 2.0**-bits)
    return round(4 * likely * (1 - likely), 4)


def _persons(cluster: Cluster, bearers: Mapping[RecordId, Bearer]) -> list[Person]:
    known = {bearers[record].person for record in cluster}
    return [person for person in known if person.is_known]


def _average(ones: Sequence[Person], others: Sequence[Person]) -> float:
    """Return what the persons of two customers say to each other, as clustering judges it."""
    said = [compare(a, b).bits for a in ones for b in others]
    return sum(sorted(said)) / len(said) if said else 0.0


def _best(ones: Sequence[Person], others: Sequence[Person]) -> Agreement | None:
    """Return how far the two persons agree that agree most."""
    found = [compare(a, b) for a in ones for b in others]
    return max(found, key=lambda each: (each.bits, repr(each)), default=None)


def _kept_apart(one: Cluster, other: Cluster, sides: Mapping[RecordId, Labels]) -> bool:
    """Tell whether people decided that these two are not one."""
    ours, theirs = _labels(one, sides), _labels(other, sides)
    return any(ours[axis].isdisjoint(theirs[axis]) for axis in ours.keys() & theirs.keys())


def _labels(cluster: Cluster, sides: Mapping[RecordId, Labels]) -> Labels:
    found: Labels = defaultdict(set)
    for record in cluster:
        for axis, values in sides[record].items():
            found[axis] |= values
    return found


def _tax_ids(links: Iterable[Link]) -> TaxIds:
    found: TaxIds = defaultdict(lambda: defaultdict(set))
    for link in links:
        if is_veto(link):
            found[link.record_id][link.scope, link.party.value].add(link.key)
    return found


def _speaks_for(one: Cluster, other: Cluster, links: Collection[Link]) -> bool:
    """Tell whether one of them is a company and the other only names its tax id."""
    ours, theirs = (
        {
            (link.key, link.beside)
            for link in links
            if is_company_id(link) and link.record_id in cluster
        }
        for cluster in (one, other)
    )
    return any((key, not beside) in theirs for key, beside in ours)


def _contradiction(
    one: Cluster, other: Cluster, held: TaxIds, values: Mapping[IdentifierKey, str]
) -> Contradiction:
    ours, theirs = _held_by(one, held), _held_by(other, held)
    contradicting = [
        (a, b)
        for axis in ours.keys() & theirs.keys()
        if ours[axis].isdisjoint(theirs[axis])
        for a in ours[axis]
        for b in theirs[axis]
    ]
    if not contradicting:
        return Contradiction.NONE
    known = [(a, b) for a, b in contradicting if a in values and b in values]
    mistyped = any(is_slip(values[a], values[b]) for a, b in known)
    return Contradiction.SLIP if mistyped else Contradiction.REAL


def _held_by(cluster: Cluster, held: TaxIds) -> dict[tuple[str, str], set[IdentifierKey]]:
    """Return the tax ids of a customer; a record that contradicts itself says nothing."""
    found: dict[tuple[str, str], set[IdentifierKey]] = defaultdict(set)
    for record in cluster & held.keys():
        for axis, keys in held[record].items():
            if len(keys) == 1:
                found[axis] |= keys
    return found
