"""How likely is this person to say yes to that?  Known here, to be found out by the service.

A logistic model with effects the service can learn by segment (who still buys says yes more often),
some it cannot see (a taste of one's own for each kind of offer, and for each offer), and levels of
its own for each action, which are not those the catalogue expects.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

from app.simulation.chance import Chance

LEVELS: Final = {
    "complaint.recovery": 0.7,
    "crosssell.cart_recovery": 0.12,
    "crosssell.complement": 0.05,
    "crosssell.replenish": 0.2,
    "loyalty.advice_panel": 0.3,
    "loyalty.second_purchase": 0.08,
    "loyalty.vip_recognition": 0.75,
    "prospect.first_purchase": 0.07,
    "prospect.lead_call": 0.15,
    "prospect.referral": 0.04,
    "service.fix_cost_driver": 0.25,
    "service.order_update": 0.6,
    "service.pending_payment": 0.45,
    "upsell.growth_ladder": 0.1,
    "winback.save_request": 0.3,
    "winback.slipping": 0.05,
}
"""The chance of a yes of somebody in the middle, by action of the shipped catalogue; judgement."""

_TASTE_FOR_KIND: Final = 0.8
_TASTE_FOR_ACTION: Final = 0.4
_STILL_BUYS: Final = 0.5
_GAINS_BY_LOSS: Final = frozenset({"winback"})
"""Kinds that those who stopped take up more often than those who did not."""


def propensities(chance: Chance, key: str, *, is_alive: bool) -> dict[str, float]:
    """Return the probability, to four places, that a person takes up each action."""
    return {
        action: _probability(chance, key, action, level, is_alive=is_alive)
        for action, level in LEVELS.items()
    }


def _probability(chance: Chance, key: str, action: str, level: float, *, is_alive: bool) -> float:
    kind = action.partition(".")[0]
    warm = is_alive is not (kind in _GAINS_BY_LOSS)
    logit = log(level / (1 - level)) + (_STILL_BUYS if warm else -_STILL_BUYS)
    logit += _TASTE_FOR_KIND * chance.normal("taste", key, kind)
    logit += _TASTE_FOR_ACTION * chance.normal("taste", key, action)
    return round(1 / (1 + exp(-logit)), 4)
