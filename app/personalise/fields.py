"""Which facts does deciding add of its own, computed from what the other stages know?

``derive`` gives the ones that are arithmetic on other facts: the rule language has none, so that it
stays linear and can become SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from app.interact.lifecycle import PurchaseRhythm
from app.rules.fields import Field, Unit
from app.rules.values import FieldType, Value
from app.rules.wording import Wording

_FOUR_PLACES: Final = Decimal("0.0001")

DERIVED_FROM: Final = frozenset(
    {
        "purchase_days_lifetime",
        "first_purchase_days_ago",
        "days_since_last_purchase",
        "net_365",
        "net_previous_365",
        "categories_12m",
    }
)

FIELDS: Final = (
    Field(
        "usual_gap_elapsed_ratio",
        FieldType.NUMBER,
        Wording(
            "parte já passada do intervalo habitual entre compras",
            "parte ya transcurrida del intervalo habitual entre compras",
            "share of the usual gap between purchases that has passed",
        ),
        Unit.RATIO,
    ),
    Field(
        "spend_kept_ratio",
        FieldType.NUMBER,
        Wording(
            "gasto em 12 meses sobre o dos 12 anteriores",
            "gasto en 12 meses sobre el de los 12 anteriores",
            "spend in 12 months over that of the 12 before",
        ),
        Unit.RATIO,
    ),
    Field(
        "category_count_12m",
        FieldType.NUMBER,
        Wording(
            "número de categorias compradas em 12 meses",
            "número de categorías compradas en 12 meses",
            "number of categories bought in 12 months",
        ),
        Unit.COUNT,
    ),
    Field(
        "complement_in_stock",
        FieldType.BOOLEAN,
        Wording("complemento em estoque", "complemento con existencias", "complement is in stock"),
    ),
    Field(
        "cost_driver",
        FieldType.TEXT,
        Wording("principal custo de atender", "principal coste de servir", "main cost to serve"),
    ),
    Field(
        "cost_driver_ratio",
        FieldType.NUMBER,
        Wording(
            "peso do principal custo de atender",
            "peso del principal coste de servir",
            "weight of the main cost to serve",
        ),
        Unit.RATIO,
    ),
    Field(
        "advice_panel_member",
        FieldType.BOOLEAN,
        Wording(
            "escolhido para o painel de conselhos",
            "elegido para el panel de consejo",
            "chosen for the advice panel",
        ),
    ),
)


def derive(facts: Mapping[str, Value]) -> dict[str, Value]:
    """Return the admitted facts with what follows from them; a fact that was given stands."""
    follows = {
        "usual_gap_elapsed_ratio": _usual_gap_elapsed(facts),
        "spend_kept_ratio": _spend_kept(facts),
        "category_count_12m": _category_count(facts),
    }
    return {name: value for name, value in follows.items() if value is not None} | dict(facts)


def _usual_gap_elapsed(facts: Mapping[str, Value]) -> Decimal | None:
    days = _whole(facts, "purchase_days_lifetime")
    first = _whole(facts, "first_purchase_days_ago")
    silence = _whole(facts, "days_since_last_purchase")
    if days is None or first is None or silence is None:
        return None
    gap = PurchaseRhythm(days, first, silence).usual_gap_days
    return _ratio(Decimal(silence), gap) if gap else None


def _spend_kept(facts: Mapping[str, Value]) -> Decimal | None:
    net, before = facts.get("net_365"), facts.get("net_previous_365")
    if not isinstance(net, Decimal) or not isinstance(before, Decimal) or before <= 0:
        return None
    return _ratio(net, before)


def _category_count(facts: Mapping[str, Value]) -> Decimal | None:
    categories = facts.get("categories_12m")
    return Decimal(len(categories)) if isinstance(categories, frozenset) else None


def _whole(facts: Mapping[str, Value], name: str) -> int | None:
    value = facts.get(name)
    return int(value) if isinstance(value, Decimal) else None


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole).quantize(_FOUR_PLACES, ROUND_HALF_EVEN)
