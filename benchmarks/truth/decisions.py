"""Does the service choose what is best for this person?  Regret against propensities known to us.

For people drawn by the seed it is asked in four kinds of moment, as a switch or a shop would, and
its explanation tells which actions were open, at what worth and cost.  What each of them is really
worth is known: true propensity × (value − incentive) − cost of the contact.  Regret is what the
best open one would have brought more than the chosen; doing nothing brings nothing.

Half of the people are asked first; they answer as their propensities have it; then the other half
is asked, so that one sees whether anything was learnt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from benchmarks.truth.service import Api
from benchmarks.truth.store import Store

SCENES: dict[str, dict[str, Any]] = {
    "call": {
        "channel": "voice",
        "context": {"reason_closed": True, "selling_consent": True},
    },
    "late order": {
        "channel": "voice",
        "context": {"order_under_way": True, "order_late": True, "reason_closed": False},
    },
    "leaving": {
        "channel": "voice",
        "context": {
            "cancel_requested": True,
            "cancel_registered": True,
            "selling_consent": True,
            "reason_closed": True,
        },
    },
    "page": {
        "channel": "web",
        "context": {
            "page": "/cesta",
            "product_pages_7d": 4,
            "cart_value": "180.00",
            "cart_age_hours": 5,
            "cart_in_stock": True,
        },
    },
}
PEOPLE = """
SELECT p.person, p.reach, p.propensities, o.customer FROM person AS p
LEFT JOIN owner AS o ON o.person = p.person WHERE p.party = 'person' ORDER BY p.person
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One person in one moment."""

    person: str
    reach: list[dict[str, Any]]
    propensities: dict[str, float]
    customer: str | None
    scene: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service did, and what it would really have brought; money as floats will do here."""

    asked: Asked
    state: str
    is_right: bool
    """Whether it is the customer that is theirs, which not everybody has."""

    decision_id: str | None
    action: str | None
    open_actions: int
    chosen: float
    best: float
    by_chance: float
    errors: tuple[float, ...]

    @property
    def regret(self) -> float:
        return self.best - self.chosen


def decisions(store: Store, api: Api, seed: int, people: int) -> dict[str, Any]:
    sample = _sample(store, seed, people)
    half = len(sample) // 2
    before = [_ask(api, asked) for asked in sample[:half]]
    answers = _answer(api, before, seed)
    after = [_ask(api, asked) for asked in sample[half:]]
    return {"before": _summary(before), "answers": answers, "after": _summary(after)}


def _sample(store: Store, seed: int, people: int) -> list[Asked]:
    """Draw people evenly from all, without counting them first (Vitter's algorithm R)."""
    rng = Random(seed)
    drawn: list[tuple[Any, ...]] = []
    for nth, row in enumerate(store.rows(PEOPLE)):
        if len(drawn) < people:
            drawn.append(row)
        elif (place := rng.randrange(nth + 1)) < people:
            drawn[place] = row
    rng.shuffle(drawn)
    scenes = list(SCENES)
    return [
        Asked(person, orjson.loads(reach), orjson.loads(likely), customer, scenes[nth % 4])
        for nth, (person, reach, likely, customer) in enumerate(drawn)
    ]


def _ask(api: Api, asked: Asked) -> Seen:
    scene = SCENES[asked.scene]
    answer = api.post(
        "/v1/touchpoints",
        {
            "interaction": {"source": "truth", "id": f"{asked.scene}-{asked.person}"},
            "identifiers": _shown(asked, scene["channel"]),
            **scene,
        },
    )
    decided = answer["decisions"][0]
    ranking: list[dict[str, Any]] = []
    if decided["decision_id"]:
        ranking = api.get(f"/v1/decisions/{decided['decision_id']}/explain")["ranking"]
    worth = {option["action"]: _worth(option, asked.propensities) for option in ranking}
    customer = answer["customer"]
    return Seen(
        asked=asked,
        state=customer["state"],
        is_right=asked.customer is not None and customer["id"] == asked.customer,
        decision_id=decided["decision_id"],
        action=decided["action"],
        open_actions=len(worth),
        chosen=worth.get(decided["action"], 0.0),
        best=max([0.0, *worth.values()]),
        by_chance=sum(worth.values()) / len(worth) if worth else 0.0,
        errors=tuple(
            abs(float(option["propensity"]) - _likely(option["action"], asked.propensities))
            for option in ranking
        ),
    )


def _shown(asked: Asked, channel: str) -> list[dict[str, Any]]:
    """Return what the channel sees: the switch a telephone, the shop a mailbox if there is one."""
    wanted = "email" if channel == "web" else "phone"
    shown = [found for found in asked.reach if found["type"] == wanted]
    return shown or asked.reach[:1]


def _worth(option: dict[str, Any], propensities: dict[str, float]) -> float:
    gain = float(option["value"]) - float(option["incentive"])
    return _likely(option["action"], propensities) * gain - float(option["contact_cost"])


def _likely(action: str, propensities: dict[str, float]) -> float:
    """Return how likely they take it up.

    Raises:
        RuntimeError: the truth does not know the action; as 0 it would look like a bad choice.
    """
    if action not in propensities:
        raise RuntimeError(f"{action} has no level in app/simulation/propensities.py")
    return propensities[action]


def _answer(api: Api, seen: Iterable[Seen], seed: int) -> dict[str, int]:
    """Let everybody who was offered something answer, yes as often as they would."""
    rng, now = Random(seed + 1), datetime.now(UTC).isoformat()
    told: Counter[str] = Counter()
    outcomes = []
    for each in seen:
        if each.action is None or each.decision_id is None:
            continue
        is_yes = rng.random() < _likely(each.action, each.asked.propensities)
        outcome = "accepted" if is_yes else "ignored"
        told[outcome] += 1
        outcomes.append({"decision_id": each.decision_id, "outcome": outcome, "time": now})
    for batch in _batches(outcomes):
        api.post("/v1/outcomes", batch)
    return dict(told)


def _batches(outcomes: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(outcomes), 500):
        yield outcomes[first : first + 500]


def _summary(seen: list[Seen]) -> dict[str, Any]:
    by_scene: dict[str, list[Seen]] = defaultdict(list)
    for each in seen:
        by_scene[each.asked.scene].append(each)
    return {
        **_regret(seen),
        "states": dict(Counter(each.state for each in seen)),
        "right_customer_ratio": _right_ratio(seen),
        "actions": dict(Counter(each.action or "(nothing)" for each in seen).most_common()),
        "by_scene": {scene: _regret(some) for scene, some in by_scene.items()},
    }


def _right_ratio(seen: list[Seen]) -> float | None:
    """Return how many were met as the customer that is theirs, of those who have one."""
    held = [each for each in seen if each.asked.customer is not None]
    return sum(each.is_right for each in held) / len(held) if held else None


def _regret(seen: list[Seen]) -> dict[str, Any]:
    count, best = max(len(seen), 1), sum(each.best for each in seen)
    errors = [error for each in seen for error in each.errors]
    return {
        "asked": len(seen),
        "open_actions": sum(each.open_actions for each in seen) / count,
        "best": best / count,
        "chosen": sum(each.chosen for each in seen) / count,
        "by_chance": sum(each.by_chance for each in seen) / count,
        "regret": sum(each.regret for each in seen) / count,
        "regret_ratio": sum(each.regret for each in seen) / best if best else None,
        "best_chosen_ratio": sum(each.regret < 1e-9 for each in seen) / count,
        "propensity_error": sum(errors) / len(errors) if errors else None,
    }
