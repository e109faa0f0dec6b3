"""Do scores keep order, ties and range for any customer against any frozen borders?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.differentiate.classes import CustomerClass, class_of, thresholds_of
from app.differentiate.rfv import (
    CustomerNumbers,
    Rfv,
    next_change_on,
    numbers_change_on,
    numbers_of,
    score,
)
from app.differentiate.segments import Segment, segment_of
from app.differentiate.yardstick import SHIPPED, Yardstick, freeze, quantile_cuts
from app.vocabulary import PurchaseDay

TODAY = date(2026, 11, 20)

money = st.integers(-10_000, 100_000).map(lambda cents: Decimal(cents) / 100)
few_amounts = st.sampled_from([Decimal(it) for it in ("-1", "0", "9.90", "10", "10.01", "500")])
days_ago = st.integers(-2, 900)


def cuts_of(values: st.SearchStrategy[int], count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(values, min_size=count, max_size=count).map(lambda cuts: tuple(sorted(cuts)))


yardsticks = st.builds(
    lambda r_cuts, f_cuts, v_cuts: replace(
        SHIPPED, r_cuts=r_cuts, f_cuts=f_cuts, v_cuts=tuple(Decimal(cut) for cut in v_cuts)
    ),
    cuts_of(st.integers(0, 400), 4),
    cuts_of(st.integers(2, 12), 3),
    cuts_of(st.integers(-50, 500), 4),
)

buckets = st.builds(
    lambda ago, purchases, net, cost: PurchaseDay(
        TODAY - timedelta(days=ago), purchases, net, cost
    ),
    days_ago,
    st.integers(0, 3),
    money,
    money.map(abs),
)
histories = st.lists(buckets, max_size=20)


@st.composite
def customers(draw: st.DrawFn) -> CustomerNumbers:
    return numbers_of(draw(histories), TODAY, SHIPPED.window_days)


def scored(numbers: CustomerNumbers, yardstick: Yardstick, today: date = TODAY) -> Rfv:
    rfv = score(numbers, yardstick, today)
    assert rfv is not None
    return rfv


@given(customers(), yardsticks)
def test_every_customer_has_scores_from_1_to_5_or_is_a_prospect(
    numbers: CustomerNumbers, yardstick: Yardstick
) -> None:
    rfv = score(numbers, yardstick, TODAY)
    assert (rfv is None) == (numbers.purchase_days_lifetime == 0)
    assert rfv is None or {rfv.r, rfv.f, rfv.v} <= set(range(1, 6))
    assert (segment_of(rfv) is Segment.PROSPECT) == (rfv is None)


@given(customers(), yardsticks, money.map(abs))
def test_raising_value_never_lowers_v(
    numbers: CustomerNumbers, yardstick: Yardstick, more: Decimal
) -> None:
    assume(numbers.last_on is not None)
    richer = replace(numbers, net_window=numbers.net_window + more)
    before, after = scored(numbers, yardstick), scored(richer, yardstick)
    assert after.v >= before.v
    assert (after.r, after.f) == (before.r, before.f)


@given(customers(), yardsticks, st.integers(1, 5))
def test_one_purchase_day_more_never_lowers_f(
    numbers: CustomerNumbers, yardstick: Yardstick, more: int
) -> None:
    assume(numbers.last_on is not None)
    busier = replace(numbers, purchase_days_window=numbers.purchase_days_window + more)
    assert scored(busier, yardstick).f >= scored(numbers, yardstick).f


@given(customers(), customers(), yardsticks)
def test_equal_values_have_equal_scores(
    one: CustomerNumbers, other: CustomerNumbers, yardstick: Yardstick
) -> None:
    """Two customers who differ in all that is not R, F or V are scored alike."""
    assume(one.last_on is not None)
    twin = replace(
        other,
        last_on=one.last_on,
        purchase_days_window=one.purchase_days_window,
        net_window=one.contribution_window + other.cost_window,
    )
    assert score(twin, yardstick, TODAY) == score(one, yardstick, TODAY)


@given(customers(), yardsticks, st.integers(0, 500))
def test_time_alone_lowers_r_only_and_only_on_the_day_foretold(
    numbers: CustomerNumbers, yardstick: Yardstick, ahead: int
) -> None:
    assume(numbers.last_on is not None)
    now = scored(numbers, yardstick)
    later = scored(numbers, yardstick, TODAY + timedelta(days=ahead))
    change_on = next_change_on(numbers, yardstick, TODAY)
    assert (later.f, later.v) == (now.f, now.v)
    assert (later.r < now.r) == (
        change_on is not None and TODAY + timedelta(days=ahead) >= change_on
    )


@given(histories, st.integers(0, 400), st.sampled_from([90, 365]))
def test_numbers_hold_until_the_day_foretold(
    days: list[PurchaseDay], ahead: int, window_days: int
) -> None:
    later = TODAY + timedelta(days=ahead)
    change_on = numbers_change_on(days, TODAY, window_days)
    if change_on is None or later < change_on:
        assert numbers_of(days, later, window_days) == numbers_of(days, TODAY, window_days)


@given(histories, st.randoms(use_true_random=False), st.integers(0, 20))
def test_numbers_are_those_of_the_union_of_the_records(
    days: list[PurchaseDay], random: Random, at: int
) -> None:
    """Merging records adds money and unites days, in any order."""
    whole = numbers_of(days, TODAY, 365)
    assert numbers_of(random.sample(days, len(days)), TODAY, 365) == whole
    one, other = numbers_of(days[:at], TODAY, 365), numbers_of(days[at:], TODAY, 365)
    assert one.net_window + other.net_window == whole.net_window
    assert one.purchases_window + other.purchases_window == whole.purchases_window
    parts = (one.purchase_days_lifetime, other.purchase_days_lifetime)
    assert max(parts) <= whole.purchase_days_lifetime <= sum(parts)


def test_purchase_days_do_not_add_up() -> None:
    """Negative control: adding the days of two records counts a shared day twice."""
    same_day = PurchaseDay(TODAY, 1, Decimal(1), Decimal(0))
    one = numbers_of([same_day], TODAY, 365)
    both = numbers_of([same_day, same_day], TODAY, 365)
    assert both.purchase_days_window != one.purchase_days_window * 2


@given(st.lists(few_amounts | money, min_size=1, max_size=40), st.integers(2, 6))
def test_cut_points_occur_never_descend_and_leave_no_part_too_large(
    values: list[Decimal], parts: int
) -> None:
    cuts = quantile_cuts(values, parts=parts)
    assert len(cuts) == parts - 1
    assert set(cuts) <= set(values)
    assert all(left <= right for left, right in pairwise(cuts))
    for k, cut in enumerate(cuts, start=1):
        assert sum(value <= cut for value in values) * parts >= k * len(values)
        assert sum(value < cut for value in values) * parts < k * len(values)


def customers_of(seed: int, size: int) -> list[CustomerNumbers]:
    """Draw a whole company: too large for Hypothesis to draw one by one."""
    random = Random(seed)
    return [
        numbers_of(
            [
                PurchaseDay(
                    TODAY - timedelta(days=random.choice((1, 1, 30, random.randrange(700)))),
                    random.randrange(3),
                    Decimal(random.choice((990, 1000, random.randrange(-5000, 90_000)))) / 100,
                    Decimal(0),
                )
                for _ in range(random.randrange(4))
            ],
            TODAY,
            365,
        )
        for _ in range(size)
    ]


@given(st.integers(0, 2**32), st.sampled_from([10, 900]))
@settings(max_examples=8, deadline=None)
def test_a_frozen_run_has_ordered_borders_and_forgets_the_order_of_its_population(
    seed: int, size: int
) -> None:
    population = customers_of(seed, size)
    run = freeze(population, as_of=TODAY, currency="BRL")
    assert list(run.r_cuts) == sorted(run.r_cuts)
    assert list(run.f_cuts) == sorted(run.f_cuts)
    assert list(run.v_cuts) == sorted(run.v_cuts)
    assert freeze(population[::-1], as_of=TODAY, currency="BRL") == run
    assert Yardstick.from_json(run.as_json()) == run


def class_by_share(value: Decimal, values: list[Decimal]) -> CustomerClass:
    """Return the class by its definition, looking at everybody."""
    positive = [it for it in values if it > 0]
    before = sum(it for it in positive if it > value)
    if value <= 0 or before * 100 >= 95 * sum(positive):
        return CustomerClass.C
    return CustomerClass.A if before * 100 < 80 * sum(positive) else CustomerClass.B


@given(st.lists(few_amounts | money, max_size=30))
def test_two_thresholds_class_everybody_as_the_definition_does(values: list[Decimal]) -> None:
    thresholds = thresholds_of(values)
    for value in values:
        assert class_of(value, thresholds) is class_by_share(value, values)
