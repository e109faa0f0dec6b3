"""Are the customers the people?  Pairs of mentions, together by the service, one by the truth.

A mention is a record under a key of its source, or an event of a source that has none.  A pair is
involved in a cause if either of its mentions is, so a pair may count under several causes.  Pairs
are counted from the sizes of groups and never listed: a till's telephone alone ties thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from math import comb
from operator import itemgetter
from typing import Any

from benchmarks.truth.store import Store

CLEAN = "(none)"

BY_CUSTOMER = """
SELECT customer, person, causes, count(*) FROM mention WHERE customer IS NOT NULL
GROUP BY customer, person, causes ORDER BY customer, person
"""
BY_PERSON = """
SELECT person, causes, count(*) FROM mention WHERE named GROUP BY person, causes ORDER BY person
"""
POLLUTED = """
SELECT count(*), sum(people > 1), sum(mentions), sum(mentions * (people > 1))
FROM (SELECT count(*) AS people, sum(mentions) AS mentions FROM holding GROUP BY customer)
"""
SPLIT = """
SELECT count(*), sum(customers > 1)
FROM (SELECT count(*) AS customers FROM holding GROUP BY person)
"""
UNPLACED = "SELECT count(*) FROM mention WHERE named AND customer IS NULL"


@dataclass(slots=True)
class Pairs:
    """Pairs counted as a whole and by cause."""

    all: int = 0
    by_cause: Counter[str] = field(default_factory=Counter)

    def add(self, groups: Iterable[tuple[int, int]], causes: dict[str, int]) -> None:
        """Add the pairs of one group, given as (causes in bits, how many) of its mentions."""
        counts = list(groups)
        size = sum(count for _, count in counts)
        if size < 2:
            return
        self.all += comb(size, 2)
        for cause, bit in causes.items():
            without = sum(count for bits, count in counts if not bits >> bit & 1)
            if without < size:
                self.by_cause[cause] += comb(size, 2) - comb(without, 2)
        self.by_cause[CLEAN] += comb(sum(count for bits, count in counts if not bits), 2)


def identity(store: Store) -> dict[str, Any]:
    together, right, true, polluted = Pairs(), Pairs(), Pairs(), Counter[str]()
    b_precision = b_recall = placed = 0.0
    sizes = dict(store.rows("SELECT person, count(*) FROM mention WHERE named GROUP BY person"))
    for cells in _customers(store):
        size = sum(count for _, _, count in cells)
        together.add(((bits, count) for _, bits, count in cells), store.causes)
        if len({person for person, _, _ in cells}) > 1:
            polluted.update(_causes(store, cells))
        for person, same in groupby(cells, itemgetter(0)):
            groups = [(bits, count) for _, bits, count in same]
            right.add(groups, store.causes)
            count = sum(count for _, count in groups)
            placed += count
            b_precision += count * count / size
            b_recall += count * count / sizes[person]
    for _, rows in groupby(store.rows(BY_PERSON), itemgetter(0)):
        true.add(((bits, count) for _, bits, count in rows), store.causes)
    mentions = sum(sizes.values())
    alone = sum(1 / sizes[person] for (person,) in store.rows(_ALONE))
    return {
        "mentions": mentions,
        "unplaced": store.one(UNPLACED)[0],
        "pairs": _scores(together.all, right.all, true.all),
        "b_cubed": _f1((b_precision + mentions - placed) / mentions, (b_recall + alone) / mentions),
        "by_cause": _by_cause(store, together, right, true, polluted),
        **_health(store),
    }


_ALONE = "SELECT person FROM mention WHERE named AND customer IS NULL"


def _customers(store: Store) -> Iterator[list[tuple[str, int, int]]]:
    for _, rows in groupby(store.rows(BY_CUSTOMER), itemgetter(0)):
        yield [(person, bits, count) for _, person, bits, count in rows]


def _scores(together: int, right: int, true: int) -> dict[str, Any]:
    counts = {"together": together, "right": right, "true": true, "wrong": together - right}
    return counts | _f1(_ratio(right, together), _ratio(right, true))


def _f1(precision: float | None, recall: float | None) -> dict[str, Any]:
    both = (precision or 0) + (recall or 0)
    f1 = 2 * (precision or 0) * (recall or 0) / both if both else None
    return {"precision": precision, "recall": recall, "f1": f1}


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _causes(store: Store, cells: Iterable[tuple[str, int, int]]) -> list[str]:
    """Return what went wrong in any mention of a customer, and may have tied strangers."""
    met = 0
    for _, bits, _ in cells:
        met |= bits
    return [cause for cause, bit in store.causes.items() if met >> bit & 1] or [CLEAN]


def _by_cause(
    store: Store, together: Pairs, right: Pairs, true: Pairs, polluted: Counter[str]
) -> dict[str, Any]:
    touched = Counter[str]()
    for bits, count in store.rows("SELECT causes, count(*) FROM mention GROUP BY causes"):
        names = [cause for cause, bit in store.causes.items() if bits >> bit & 1] or [CLEAN]
        touched.update(dict.fromkeys(names, count))
    return {
        cause: {"mentions": touched[cause], "polluted_customers": polluted[cause]}
        | _scores(together.by_cause[cause], right.by_cause[cause], true.by_cause[cause])
        for cause in (CLEAN, *sorted(store.causes))
    }


def _health(store: Store) -> dict[str, Any]:
    customers, polluted, mentions, in_polluted = store.one(POLLUTED)
    people, split = store.one(SPLIT)
    return {
        "customers": customers,
        "polluted_customers": polluted or 0,
        "polluted_ratio": _ratio(polluted or 0, customers),
        "mentions_in_polluted_ratio": _ratio(in_polluted or 0, mentions or 0),
        "people": people,
        "split_people": split or 0,
        "split_ratio": _ratio(split or 0, people),
    }
