"""How recently, how often and for how much did a customer buy, and which scores is that?

R is days since the last purchase day of a lifetime, F distinct purchase days in the window, V net
contribution in the window.  The field also writes RFM.  A score is a pure function of (numbers, cut
points, today): it decays when it is read, with no write and no nightly job.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol

from app.vocabulary import PurchaseDay, value_type

BEST: Final = 5
_NOTHING: Final = Decimal(0)


class CutPoints(Protocol):
    """The frozen borders between scores; ``yardstick.Yardstick`` is one."""

    @property
    def window_days(self) -> int:
        """Days of the window in which F and V are counted, today included."""

    @property
    def r_cuts(self) -> tuple[int, ...]:
        """Four ascending day counts."""

    @property
    def f_cuts(self) -> tuple[int, ...]:
        """Three ascending purchase-day counts that part repeat buyers."""

    @property
    def v_cuts(self) -> tuple[Decimal, ...]:
        """Four ascending amounts of contribution."""


@value_type(kw_only=True)
class CustomerNumbers:
    """What the union of a customer's records bought, as of one day, in the deployment's currency.

    The window is the last ``window_days`` days with today in it; ``net_previous`` is the revenue of
    the window before that one, None where it was not counted.  An unknown cost counts as none.
    """

    window_days: int
    first_on: date | None
    last_on: date | None
    purchase_days_lifetime: int
    purchase_days_window: int
    purchases_window: int
    net_window: Decimal
    cost_window: Decimal
    net_previous: Decimal | None = None

    @property
    def contribution_window(self) -> Decimal:
        """Return V: revenue less the cost of goods, and revenue alone where no cost is known."""
        return self.net_window - self.cost_window


@value_type()
class Rfv:
    """Three scores from 1 to 5, 5 best; never one number, as they do not add up."""

    r: int
    f: int
    v: int


def numbers_of(days: Iterable[PurchaseDay], today: date, window_days: int) -> CustomerNumbers:
    """Count a customer's buckets again from nothing: what every faster way must agree with.

    Takes the buckets of all records together.  Two records that bought on one day have one purchase
    day; a bucket without purchases (a refund on its own day) brings money and no day.  There is no
    upper border: a bucket dated tomorrow by a fast clock counts now.  To look at the past, leave
    out what came after.
    """
    buckets = tuple(days)
    opens_on = today - timedelta(days=window_days - 1)
    window = [bucket for bucket in buckets if bucket.on >= opens_on]
    opened_on = opens_on - timedelta(days=window_days)
    previous = [bucket for bucket in buckets if opened_on <= bucket.on < opens_on]
    lifetime_days = _purchase_days(buckets)
    return CustomerNumbers(
        window_days=window_days,
        first_on=min(lifetime_days, default=None),
        last_on=max(lifetime_days, default=None),
        purchase_days_lifetime=len(lifetime_days),
        purchase_days_window=len(_purchase_days(window)),
        purchases_window=sum(bucket.purchases for bucket in window),
        net_window=sum((bucket.net for bucket in window), _NOTHING),
        cost_window=sum((bucket.cost for bucket in window), _NOTHING),
        net_previous=sum((bucket.net for bucket in previous), _NOTHING),
    )


def numbers_change_on(days: Iterable[PurchaseDay], today: date, window_days: int) -> date | None:
    """Return the next day on which ``numbers_of`` can change with no new fact; None for never.

    That is the day the oldest bucket leaves the window, or the window before it.
    """
    leaves = (
        bucket.on + timedelta(days=window_days * windows) for bucket in days for windows in (1, 2)
    )
    return min((on for on in leaves if on > today), default=None)


def days_between(earlier: date, today: date) -> int:
    """Return whole days from ``earlier`` to ``today``; a date ahead of today is no days ago."""
    return max(0, (today - earlier).days)


def score(numbers: CustomerNumbers, yardstick: CutPoints, today: date) -> Rfv | None:
    """Read a customer's numbers against the cut points; None is a prospect, who never bought.

    Raises:
        ValueError: the numbers were counted in another window than the yardstick's.
    """
    if numbers.window_days != yardstick.window_days:
        raise ValueError("the numbers and the yardstick have different windows")
    if numbers.last_on is None:
        return None
    return Rfv(
        r=recency_score(days_between(numbers.last_on, today), yardstick.r_cuts),
        f=frequency_score(numbers.purchase_days_window, yardstick.f_cuts),
        v=value_score(numbers.contribution_window, yardstick.v_cuts),
    )


def recency_score(days_since_last_purchase: int, cuts: tuple[int, ...]) -> int:
    """Return 5 less the cut points strictly below: R >= 4 is the same as days <= cuts[1]."""
    return BEST - bisect_left(cuts, days_since_last_purchase)


def frequency_score(purchase_days: int, cuts: tuple[int, ...]) -> int:
    """Return 1 for at most one purchase day, else 2 plus the cut points strictly below."""
    return 1 if purchase_days <= 1 else 2 + bisect_left(cuts, purchase_days)


def value_score(contribution: Decimal, cuts: tuple[Decimal, ...]) -> int:
    """Return 1 plus the cut points strictly below, so that equal values have equal scores."""
    return 1 + bisect_left(cuts, contribution)


def next_change_on(numbers: CustomerNumbers, yardstick: CutPoints, today: date) -> date | None:
    """Return the next day on which R falls by time alone; None at R 1 and for a prospect.

    F and V fall when a bucket leaves the window: see ``numbers_change_on``.
    """
    if numbers.last_on is None:
        return None
    days = days_between(numbers.last_on, today)
    cut = next((cut for cut in yardstick.r_cuts if cut >= days), None)
    return None if cut is None else numbers.last_on + timedelta(days=cut + 1)


def _purchase_days(buckets: Iterable[PurchaseDay]) -> set[date]:
    return {bucket.on for bucket in buckets if bucket.purchases > 0}
