"""Which of those who share a value may be together?  Where they contradict, each side for itself.

A group hangs together by values its members share.  Two members are opposed when a veto stands
between them (two tax ids, two sides of a person's split), or when what their names and birth dates
say takes back what the shared value gave.  Where nobody is opposed, the group is one.  Else

1. members whose persons agree and who share a value are joined, best agreement first, by the
   average over all pairs of persons (average link), and never across an opposition;
2. what nothing is known of joins what it shares a value with, unless several opposed sides could
   claim it: then it stays by itself until something tells whose it is.

Rule 2 is where "attach to the best match" goes wrong: whichever came first takes what both could
claim.  Here the answer is a function of the group alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from app.identify.evidence import JOIN_BITS
from app.identify.forest import Forest
from app.identify.person import Person, compare

Axis = Hashable
Labels = Mapping[Axis, frozenset[Hashable]]

NEAR_TIE_BITS: Final = 1.0
"""Two claims that differ by less are equal: neither is obeyed (judgement)."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a cluster stands: on each axis of vetoes, and which persons its records speak of."""

    labels: Labels
    persons: frozenset[Person]


@dataclass(frozen=True, slots=True)
class Bond:
    """Clusters that share one value, and what an agreement on it weighs."""

    members: frozenset[int]
    bits: float


def union(stands: Iterable[Stand]) -> Stand:
    """Return where several clusters stand together."""
    labels: dict[Axis, frozenset[Hashable]] = {}
    persons: frozenset[Person] = frozenset()
    for stand in stands:
        persons |= stand.persons
        for axis, values in stand.labels.items():
            labels[axis] = labels.get(axis, frozenset()) | values
    return Stand(labels, persons)


def score(one: Stand, other: Stand) -> float:
    """Return what the persons of two clusters say to each other, the average over their pairs."""
    pairs = [compare(a, b).bits for a in one.persons for b in other.persons]
    return sum(pairs) / len(pairs) if pairs else 0.0


def divide(bonds: Collection[Bond], stands: Mapping[int, Stand]) -> list[frozenset[int]]:
    """Return which clusters are one, of all that ``stands`` names."""
    group = _Group(bonds, _collapse(bonds, stands), stands)
    if not group.has_opposed():
        return group.joined(group.enough())
    group.agree()
    return group.joined(group.uncontested())


def _collapse(bonds: Iterable[Bond], stands: Mapping[int, Stand]) -> list[frozenset[int]]:
    """Join at once those that share a value and say the very same of their person."""
    forest: Forest[int] = Forest()
    for number in stands:
        forest.root(number)
    for bond in bonds:
        alike: dict[Hashable, list[int]] = defaultdict(list)
        for number in bond.members:
            stand = stands[number]
            if stand.persons and bond.bits + score(stand, stand) >= JOIN_BITS:
                alike[stand.persons, frozenset(stand.labels.items())].append(number)
        for same in alike.values():
            forest.join(sorted(same))
    return forest.sets()


class _Group:
    """Members of a group while it is being divided; numbered in an order that the set fixes."""

    def __init__(
        self,
        bonds: Iterable[Bond],
        members: Iterable[frozenset[int]],
        stands: Mapping[int, Stand],
    ) -> None:
        self.members = dict(enumerate(sorted(members, key=min)))
        self.stands = {
            number: union(stands[cluster] for cluster in sorted(clusters))
            for number, clusters in self.members.items()
        }
        home = {c: number for number, clusters in self.members.items() for c in clusters}
        self.bits: dict[tuple[int, int], float] = {}
        self.base = 0.0
        self._said: dict[tuple[int, int], float] = {}
        for bond in bonds:
            self.base = max(self.base, bond.bits)
            for pair in combinations(sorted({home[each] for each in bond.members}), 2):
                self.bits[pair] = max(self.bits.get(pair, bond.bits), bond.bits)

    def has_opposed(self) -> bool:
        """Tell whether any two are opposed; what says nothing of itself is opposed to nobody."""
        told = [number for number, each in self.stands.items() if each.labels or each.persons]
        return any(self.opposed(a, b) for a, b in combinations(told, 2))

    def opposed(self, a: int, b: int) -> bool:
        """Tell whether two members must not be together, whatever else they share here."""
        one, other = self.stands[a].labels, self.stands[b].labels
        if any(one[axis].isdisjoint(other[axis]) for axis in one.keys() & other.keys()):
            return True
        said = self.said(a, b)
        return said < 0 and self.base + said < JOIN_BITS

    def said(self, a: int, b: int) -> float:
        """Return what the persons of two members say to each other."""
        pair = (a, b) if a < b else (b, a)
        if pair not in self._said:
            self._said[pair] = score(self.stands[a], self.stands[b])
        return self._said[pair]

    def enough(self) -> list[tuple[int, int]]:
        """Return the pairs whose shared values and persons together weigh enough to join."""
        return [pair for pair, bits in self.bits.items() if bits + self.said(*pair) >= JOIN_BITS]

    def agree(self) -> None:
        """Join members whose persons agree, best first, until none is left that may."""
        while found := self._best_agreement():
            self._join(*found)

    def _best_agreement(self) -> tuple[int, int] | None:
        told = ((pair, self.said(*pair)) for pair in self.enough() if not self.opposed(*pair))
        said = {pair: bits for pair, bits in told if bits > 0}
        for pair in sorted(said, key=lambda each: (-said[each], each)):
            if not self._is_near_tie(pair, said):
                return pair
        return None

    def _is_near_tie(self, pair: tuple[int, int], said: Mapping[tuple[int, int], float]) -> bool:
        """Tell whether somebody opposed to one of the pair has as good a claim on the other."""
        least = said[pair] - NEAR_TIE_BITS
        for claimed, rival in (pair, pair[::-1]):
            for other, bits in said.items():
                if bits > least and claimed in other and other != pair:
                    third = other[0] if other[1] == claimed else other[1]
                    if self.opposed(third, rival):
                        return True
        return False

    def _join(self, a: int, b: int) -> None:
        self.members[a] |= self.members.pop(b)
        self.stands[a] = union((self.stands[a], self.stands.pop(b)))
        moved: dict[tuple[int, int], float] = {}
        for pair, bits in self.bits.items():
            one, other = sorted(a if each == b else each for each in pair)
            if one != other:
                moved[one, other] = max(moved.get((one, other), bits), bits)
        self.bits = moved
        self._said = {pair: bits for pair, bits in self._said.items() if not {a, b} & set(pair)}

    def uncontested(self) -> list[tuple[int, int]]:
        """Return the pairs that may join and that nobody opposed could claim as well."""
        pairs = [pair for pair in self.enough() if not self.opposed(*pair)]
        near: dict[int, set[int]] = {number: {number} for number in self.members}
        for a, b in pairs:
            near[a].add(b)
            near[b].add(a)
        free = [
            (a, b)
            for a, b in pairs
            if not any(self.opposed(a, other) for other in near[b] - {a})
            and not any(self.opposed(b, other) for other in near[a] - {b})
        ]
        return list(self._without_chains(free))

    def _without_chains(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Leave out what would join two opposed members through others; the neutral still join."""
        forest: Forest[int] = Forest()
        for pair in pairs:
            forest.join(pair)
        chained = {
            number
            for part in forest.sets()
            if any(self.opposed(a, b) for a, b in combinations(sorted(part), 2))
            for number in part
        }
        takes_sides = {
            number
            for number in chained
            if any(self.opposed(number, other) for other in self.members if other != number)
        }
        return (pair for pair in pairs if not takes_sides & set(pair))

    def joined(self, pairs: Iterable[tuple[int, int]]) -> list[frozenset[int]]:
        """Return the clusters of the members that these pairs join."""
        forest: Forest[int] = Forest()
        for number in self.members:
            forest.root(number)
        for pair in pairs:
            forest.join(pair)
        return [
            frozenset().union(*(self.members[number] for number in part)) for part in forest.sets()
        ]
