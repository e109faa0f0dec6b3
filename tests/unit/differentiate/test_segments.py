"""Is the map of segments total, disjoint and exactly the design's table?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import product

from app.differentiate.rfv import Rfv
from app.differentiate.segments import SEGMENT_NAMES, SEGMENT_OF_CELL, Segment, segment_of
from app.vocabulary import Locale

CELLS = tuple(product(range(1, 6), repeat=3))

TABLE: Mapping[Segment, Callable[[int, int, int], bool]] = {
    Segment.CHAMPIONS: lambda r, f, v: r == 5 and f >= 4 and v >= 4,
    Segment.LOYAL: lambda r, f, v: (
        (r >= 4 and f >= 2 and f + v >= 7 and not (r == 5 and f >= 4 and v >= 4))
        or (r == 3 and f + v >= 8)
    ),
    Segment.POTENTIAL_LOYAL: lambda r, f, v: r >= 4 and f >= 2 and f + v <= 6,
    Segment.NEW: lambda r, f, v: r >= 4 and f == 1 and v <= 3,
    Segment.PROMISING: lambda r, f, v: r >= 4 and f == 1 and v >= 4,
    Segment.NEEDS_ATTENTION: lambda r, f, v: r == 3 and 5 <= f + v <= 7,
    Segment.ABOUT_TO_SLEEP: lambda r, f, v: r == 3 and f + v <= 4,
    Segment.CANNOT_LOSE: lambda r, f, v: r <= 2 and f >= 4 and v >= 4,
    Segment.AT_RISK: lambda r, f, v: r <= 2 and f + v >= 6 and not (f >= 4 and v >= 4),
    Segment.HIBERNATING: lambda r, f, v: r == 2 and f + v <= 5,
    Segment.LOST: lambda r, f, v: r == 1 and f + v <= 5,
}
"""The design's table row by row, as conditions: an independent way to say the same map."""


def test_the_map_is_total_over_the_125_cells() -> None:
    assert set(SEGMENT_OF_CELL) == set(CELLS)
    assert Segment.PROSPECT not in SEGMENT_OF_CELL.values()


def test_each_segment_has_the_cells_of_the_table() -> None:
    counts = Counter(SEGMENT_OF_CELL.values())
    assert [counts[segment] for segment in TABLE] == [4, 22, 20, 6, 4, 13, 6, 8, 22, 10, 10]


def test_each_cell_satisfies_one_row_of_the_table_and_gets_it() -> None:
    rows = {cell: [it for it, holds in TABLE.items() if holds(*cell)] for cell in CELLS}
    assert rows == {cell: [segment_of(Rfv(*cell))] for cell in CELLS}


def test_a_published_kind_of_table_fails_the_same_test() -> None:
    """Negative control: intervals of F and V as they circulate leave cells out."""
    champions = {cell for cell in CELLS if min(cell) >= 4}
    loyal = {cell for cell in CELLS if 2 <= cell[0] <= 4 and cell[1] >= 3 and cell[2] >= 4}
    lost = {cell for cell in CELLS if max(cell) <= 2}
    assert champions & loyal
    assert set(CELLS) - champions - loyal - lost


def test_no_score_is_a_prospect() -> None:
    assert segment_of(None) is Segment.PROSPECT


def test_one_big_purchase_is_promising_and_not_at_risk() -> None:
    assert segment_of(Rfv(5, 1, 5)) is Segment.PROMISING
    assert segment_of(Rfv(1, 5, 5)) is Segment.CANNOT_LOSE


def test_every_segment_has_a_name_of_its_own_in_every_language() -> None:
    assert set(SEGMENT_NAMES) == set(Segment)
    for locale in Locale:
        names = [SEGMENT_NAMES[segment].in_locale(locale) for segment in Segment]
        assert all(names)
        assert len(set(names)) == len(Segment)


def test_names_are_the_glossarys() -> None:
    assert SEGMENT_NAMES[Segment.ABOUT_TO_SLEEP].in_locale(Locale.PT_BR) == "Esfriando"
    assert SEGMENT_NAMES[Segment.CANNOT_LOSE].in_locale(Locale.ES) == "No podemos perder"
    assert SEGMENT_NAMES[Segment.POTENTIAL_LOYAL].in_locale(Locale.EN) == "Potential loyal"
