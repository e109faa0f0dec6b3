"""Which of eleven kinds of customer is this?  A map that is total over the 125 RFV cells.

The rules are disjoint by construction: the first question is how recent, the second how strong (F
and V together).  Published tables of this kind leave gaps and overlaps; ours is built cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import Final

from app.differentiate.rfv import Rfv
from app.rules.wording import Wording


class Segment(StrEnum):
    """Kind of customer, best first; ``prospect`` never bought and stands outside the cells."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYAL = "potential_loyal"
    NEW = "new"
    PROMISING = "promising"
    NEEDS_ATTENTION = "needs_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    CANNOT_LOSE = "cannot_lose"
    AT_RISK = "at_risk"
    HIBERNATING = "hibernating"
    LOST = "lost"
    PROSPECT = "prospect"


def segment_of(rfv: Rfv | None) -> Segment:
    """Return the segment of a score; no score is a prospect."""
    return Segment.PROSPECT if rfv is None else SEGMENT_OF_CELL[rfv.r, rfv.f, rfv.v]


def _cell(r: int, f: int, v: int) -> Segment:
    if r >= 4:
        return _recent(r, f, v)
    if r == 3:
        return _cooling(f + v)
    return _gone(r, f, v)


def _recent(r: int, f: int, v: int) -> Segment:
    if f == 1:
        return Segment.PROMISING if v >= 4 else Segment.NEW
    if r == 5 and f >= 4 and v >= 4:
        return Segment.CHAMPIONS
    return Segment.LOYAL if f + v >= 7 else Segment.POTENTIAL_LOYAL


def _cooling(strength: int) -> Segment:
    if strength >= 8:
        return Segment.LOYAL
    return Segment.NEEDS_ATTENTION if strength >= 5 else Segment.ABOUT_TO_SLEEP


def _gone(r: int, f: int, v: int) -> Segment:
    if f >= 4 and v >= 4:
        return Segment.CANNOT_LOSE
    if f + v >= 6:
        return Segment.AT_RISK
    return Segment.HIBERNATING if r == 2 else Segment.LOST


SEGMENT_OF_CELL: Final[Mapping[tuple[int, int, int], Segment]] = MappingProxyType(
    {(r, f, v): _cell(r, f, v) for r, f, v in product(range(1, 6), repeat=3)}
)


SEGMENT_NAMES: Final[Mapping[Segment, Wording]] = MappingProxyType(
    {
        Segment.CHAMPIONS: Wording("Campeões", "Campeones", "Champions"),
        Segment.LOYAL: Wording("Fiéis", "Leales", "Loyal"),
        Segment.POTENTIAL_LOYAL: Wording("Quase fiéis", "Casi leales", "Potential loyal"),
        Segment.NEW: Wording("Novos", "Nuevos", "New"),
        Segment.PROMISING: Wording("Promissores", "Prometedores", "Promising"),
        Segment.NEEDS_ATTENTION: Wording("Pedem atenção", "Piden atención", "Needs attention"),
        Segment.ABOUT_TO_SLEEP: Wording("Esfriando", "Enfriándose", "About to sleep"),
        Segment.CANNOT_LOSE: Wording("Não podemos perder", "No podemos perder", "Cannot lose"),
        Segment.AT_RISK: Wording("Em risco", "En riesgo", "At risk"),
        Segment.HIBERNATING: Wording("Inativos", "Inactivos", "Hibernating"),
        Segment.LOST: Wording("Perdidos", "Perdidos", "Lost"),
        Segment.PROSPECT: Wording("Não cliente", "No cliente", "Prospect"),
    }
)
"""What people read; the code is for machines and never translated."""
