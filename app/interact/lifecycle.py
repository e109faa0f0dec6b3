"""Where does a customer stand between the first purchase and the last?

Read from the purchase days alone, so that it is known for everybody and decays without a write.
The borders are house rules, not estimates: a model's P(alive) refines them where there is one.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.vocabulary import value_type


class Lifecycle(StrEnum):
    """The stages; ``slipping``, ``dormant`` and ``lost`` are ever longer silences."""

    PROSPECT = "prospect"
    NEW = "new"
    GROWING = "growing"
    ESTABLISHED = "established"
    SLIPPING = "slipping"
    DORMANT = "dormant"
    LOST = "lost"


NEW_DAYS: Final = 90
DORMANT_DAYS: Final = 365
LOST_DAYS: Final = 730
ESTABLISHED_AFTER_DAYS: Final = 365
ESTABLISHED_PURCHASE_DAYS: Final = 4

# With fewer than three gaps nobody has a rhythm; half a year is a long silence for a retailer, and
# who came once and stays away has hardly begun.
_RHYTHM_PURCHASE_DAYS: Final = 4
_SILENCE_WITHOUT_RHYTHM_DAYS: Final = 180
_SILENCE_AFTER_ONE_DAYS: Final = NEW_DAYS
# Twice the usual gap is the hiatus rule; a weekly buyer on holiday is not slipping.
_SILENCE_IN_GAPS: Final = 2
_SHORTEST_SILENCE_DAYS: Final = 30


@value_type()
class PurchaseRhythm:
    """When a customer bought, in days; the last two are None together, when nothing was bought."""

    purchase_days_lifetime: int
    first_purchase_days_ago: int | None = None
    days_since_last_purchase: int | None = None

    @property
    def usual_gap_days(self) -> Decimal | None:
        """Return the mean gap between purchase days; None with fewer than two of them."""
        first, last = self.first_purchase_days_ago, self.days_since_last_purchase
        if first is None or last is None or self.purchase_days_lifetime < 2:
            return None
        return Decimal(first - last) / (self.purchase_days_lifetime - 1)


def lifecycle(rhythm: PurchaseRhythm) -> Lifecycle:
    """Return the stage of a customer; more silence never makes it healthier.

    prospect     nothing bought
    lost         silent for two years or more
    dormant      silent for one year or more
    slipping     silent for more than twice the usual gap (at least 30 days); fewer than four
                 purchase days make no rhythm: more than 180 days, after one single day 90
    new          first bought in the last 90 days
    established  first bought a year ago or more, on four days or more
    growing      everybody else
    """
    first, silence = rhythm.first_purchase_days_ago, rhythm.days_since_last_purchase
    if rhythm.purchase_days_lifetime < 1 or first is None or silence is None:
        return Lifecycle.PROSPECT
    if silence >= DORMANT_DAYS:
        return Lifecycle.LOST if silence >= LOST_DAYS else Lifecycle.DORMANT
    if silence > _longest_usual_silence(rhythm):
        return Lifecycle.SLIPPING
    if first <= NEW_DAYS:
        return Lifecycle.NEW
    seasoned = first >= ESTABLISHED_AFTER_DAYS
    if seasoned and rhythm.purchase_days_lifetime >= ESTABLISHED_PURCHASE_DAYS:
        return Lifecycle.ESTABLISHED
    return Lifecycle.GROWING


def _longest_usual_silence(rhythm: PurchaseRhythm) -> Decimal:
    gap = rhythm.usual_gap_days
    if gap is None:
        return Decimal(_SILENCE_AFTER_ONE_DAYS)
    if rhythm.purchase_days_lifetime < _RHYTHM_PURCHASE_DAYS:
        return Decimal(_SILENCE_WITHOUT_RHYTHM_DAYS)
    return max(gap * _SILENCE_IN_GAPS, Decimal(_SHORTEST_SILENCE_DAYS))
