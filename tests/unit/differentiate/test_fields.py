"""Do the facts given to rules fit the fields promised, and are unknown ones left out?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.differentiate.classes import CustomerClass
from app.differentiate.fields import FIELDS, Worth, facts
from app.differentiate.rfv import numbers_of, score
from app.differentiate.segments import segment_of
from app.differentiate.yardstick import SHIPPED
from app.rules.fields import FieldRegistry
from app.vocabulary import PurchaseDay

TODAY = date(2026, 11, 20)
REGISTRY = FieldRegistry.join(FIELDS)


def facts_of(
    *days: PurchaseDay, window_days: int = 365, worth: Worth | None = None
) -> dict[str, object]:
    numbers = numbers_of(days, TODAY, window_days)
    rfv = score(numbers, SHIPPED, TODAY) if window_days == 365 else None
    return facts(numbers, rfv, segment_of(rfv), today=TODAY, worth=worth)


def bought(days_ago: int, net: str, purchases: int = 1) -> PurchaseDay:
    on = TODAY - timedelta(days=days_ago)
    return PurchaseDay(on, purchases, Decimal(net), Decimal("1.00"))


def test_all_that_is_known_is_every_field_and_fits() -> None:
    worth = Worth(
        abc=CustomerClass.A,
        tier="most_valuable",
        clv=Decimal("120.50"),
        p_alive=0.75,
        categories_12m=frozenset({"coffee"}),
    )
    known = facts_of(bought(3, "50.00"), bought(400, "7.00"), worth=worth)
    assert set(known) == {field.name for field in FIELDS}
    assert REGISTRY.misfits(known) == ()


def test_the_values_are_the_customers() -> None:
    known = facts_of(bought(3, "50.00", purchases=3), bought(400, "7.00"))
    assert known == {
        "segment": "new",
        "recency_score": 5,
        "frequency_score": 1,
        "value_score": 1,
        "days_since_last_purchase": 3,
        "first_purchase_days_ago": 400,
        "purchase_days_365": 1,
        "purchase_days_lifetime": 2,
        "net_365": Decimal("50.00"),
        "net_previous_365": Decimal("7.00"),
        "contribution_365": Decimal("49.00"),
        "average_ticket": Decimal("16.67"),
    }


def test_a_prospect_has_bought_on_no_day_and_has_no_score() -> None:
    known = facts_of()
    assert known["segment"] == "prospect"
    assert known["purchase_days_365"] == 0
    assert not known.keys() & {"recency_score", "days_since_last_purchase", "average_ticket"}


def test_no_year_is_claimed_from_another_window() -> None:
    known = facts_of(bought(3, "50.00"), window_days=90)
    assert not any(name.endswith("_365") for name in known)
    assert REGISTRY.misfits(known) == ()


def test_a_fact_of_another_type_would_be_noticed() -> None:
    """Negative control: money in floats does not fit."""
    assert REGISTRY.misfits({**facts_of(bought(3, "50.00")), "net_365": 50.0}) == ("net_365",)
