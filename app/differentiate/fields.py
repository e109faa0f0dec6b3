"""What may a rule ask about a customer's worth?

``FIELDS`` joins the registry of the rule language; ``facts`` gives the values.  What is not known
has no key at all, and a rule that reads it is told which fact is missing.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Final

from app.differentiate.classes import CustomerClass
from app.differentiate.rfv import CustomerNumbers, Rfv, days_between
from app.differentiate.segments import Segment
from app.rules.fields import Field, Unit
from app.rules.values import FieldType
from app.rules.wording import Wording
from app.vocabulary import to_cents, value_type

YEAR_DAYS: Final = 365

TIERS: Final = ("most_valuable", "most_growable", "below_zero", "intermediate")


def _score(name: str, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.NUMBER, Wording(pt_br, es, en), Unit.SCORE)


def _days(name: str, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.NUMBER, Wording(pt_br, es, en), Unit.DAYS)


def _count(name: str, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.NUMBER, Wording(pt_br, es, en), Unit.COUNT)


def _money(name: str, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.MONEY, Wording(pt_br, es, en))


FIELDS: Final = (
    Field(
        "segment",
        FieldType.TEXT,
        Wording("segmento RFV", "segmento RFM", "RFM segment"),
        choices=tuple(Segment),
    ),
    _score("recency_score", "nota de recência", "nota de recencia", "recency score"),
    _score("frequency_score", "nota de frequência", "nota de frecuencia", "frequency score"),
    _score("value_score", "nota de valor", "nota de valor", "value score"),
    _days(
        "days_since_last_purchase",
        "dias desde a última compra",
        "días desde la última compra",
        "days since last purchase",
    ),
    _days(
        "first_purchase_days_ago",
        "dias desde a primeira compra",
        "días desde la primera compra",
        "days since first purchase",
    ),
    _count(
        "purchase_days_365",
        "dias com compra em 12 meses",
        "días con compra en 12 meses",
        "purchase days in 12 months",
    ),
    _count(
        "purchase_days_lifetime",
        "dias com compra desde sempre",
        "días con compra desde siempre",
        "purchase days ever",
    ),
    _money("net_365", "receita em 12 meses", "ingresos en 12 meses", "revenue in 12 months"),
    _money(
        "net_previous_365",
        "receita nos 12 meses anteriores",
        "ingresos en los 12 meses anteriores",
        "revenue in the 12 months before",
    ),
    _money(
        "contribution_365",
        "contribuição em 12 meses",
        "contribución en 12 meses",
        "contribution in 12 months",
    ),
    _money("average_ticket", "ticket médio", "ticket medio", "average order value"),
    Field(
        "abc",
        FieldType.TEXT,
        Wording("curva ABC de clientes", "ABC de clientes", "customer ABC"),
        choices=tuple(CustomerClass),
    ),
    Field(
        "tier",
        FieldType.TEXT,
        Wording("nível de valor do cliente", "nivel de valor del cliente", "value tier"),
        choices=TIERS,
    ),
    _money("clv", "valor do cliente no tempo (LTV)", "valor de vida del cliente", "lifetime value"),
    Field(
        "p_alive",
        FieldType.NUMBER,
        Wording(
            "probabilidade de continuar cliente",
            "probabilidad de seguir siendo cliente",
            "probability of still being a customer",
        ),
        Unit.RATIO,
    ),
    Field(
        "categories_12m",
        FieldType.TEXT_SET,
        Wording(
            "categorias compradas em 12 meses",
            "categorías compradas en 12 meses",
            "categories bought in 12 months",
        ),
    ),
)


@value_type(kw_only=True)
class Worth:
    """What is known of a customer's worth beyond RFV; None is not known."""

    abc: CustomerClass | None = None
    tier: str | None = None
    clv: Decimal | None = None
    p_alive: float | None = None
    categories_12m: AbstractSet[str] | None = None


def facts(
    numbers: CustomerNumbers,
    rfv: Rfv | None,
    segment: Segment,
    *,
    today: date,
    worth: Worth | None = None,
) -> dict[str, object]:
    """Return the values of ``FIELDS`` that are known, by name.

    A prospect has bought on 0 days for 0 money, and has no score, ticket or day of a purchase.
    Where the window of the run is not a year, nobody knows the figures of one.
    """
    known: dict[str, object | None] = {
        "segment": segment.value,
        **_scores(rfv),
        **_days_ago(numbers, today),
        "purchase_days_lifetime": numbers.purchase_days_lifetime,
        "average_ticket": average_ticket(numbers),
        **_year(numbers),
        **_beyond(worth or Worth()),
    }
    return {name: value for name, value in known.items() if value is not None}


def average_ticket(numbers: CustomerNumbers) -> Decimal | None:
    """Return the window's revenue for each purchase of the window, to the cent; None without one.

    A refund lowers it: the money was given back and the purchase was made.
    """
    if numbers.purchases_window == 0:
        return None
    return to_cents(numbers.net_window / numbers.purchases_window)


def _scores(rfv: Rfv | None) -> dict[str, object | None]:
    if rfv is None:
        return {}
    return {"recency_score": rfv.r, "frequency_score": rfv.f, "value_score": rfv.v}


def _days_ago(numbers: CustomerNumbers, today: date) -> dict[str, object | None]:
    first_on, last_on = numbers.first_on, numbers.last_on
    return {
        "first_purchase_days_ago": None if first_on is None else days_between(first_on, today),
        "days_since_last_purchase": None if last_on is None else days_between(last_on, today),
    }


def _year(numbers: CustomerNumbers) -> dict[str, object | None]:
    if numbers.window_days != YEAR_DAYS:
        return {}
    return {
        "purchase_days_365": numbers.purchase_days_window,
        "net_365": numbers.net_window,
        "contribution_365": numbers.contribution_window,
        "net_previous_365": numbers.net_previous,
    }


def _beyond(worth: Worth) -> dict[str, object | None]:
    return {
        "abc": None if worth.abc is None else worth.abc.value,
        "tier": worth.tier,
        "clv": worth.clv,
        "p_alive": worth.p_alive,
        "categories_12m": worth.categories_12m,
    }
