"""What does deciding never do, whatever is known and in whatever order it was learnt?

The catalogue is the shipped one and the facts are anything its registry allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from app.differentiate.fields import FIELDS as DIFFERENTIATE
from app.interact.caps import CARE, Contact
from app.interact.fields import FIELDS as INTERACT
from app.interact.outcomes import Outcome, OutcomeKind
from app.personalise.arbitration import Candidate, priority
from app.personalise.bundle import read_catalogue, shipped_document
from app.personalise.decide import Decided, decide, replay
from app.personalise.decision_document import inputs_from_document, inputs_to_json
from app.personalise.fields import FIELDS as PERSONALISE
from app.personalise.funnel import Ask, History
from app.personalise.propensity import Counts, Propensities, Propensity
from app.rules.fields import Field, FieldRegistry
from app.rules.values import FieldType
from app.vocabulary import Channel, DecisionId, Direction, Locale, Strategy

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
REGISTRY = FieldRegistry.join(DIFFERENTIATE, INTERACT, PERSONALISE)
CATALOGUE = read_catalogue(shipped_document(), REGISTRY)
KEYS = [action.key for action in CATALOGUE.actions]
STRATEGY = {action.key: action.strategy for action in CATALOGUE.actions}
SEGMENTS = ["loyal", "new", "prospect"]

Facts = Mapping[str, object]


def values(field: Field) -> st.SearchStrategy[object]:
    match field.type:
        case FieldType.BOOLEAN:
            return st.booleans()
        case FieldType.NUMBER:
            return st.integers(0, 400) | st.decimals(0, 5, places=2)
        case FieldType.MONEY:
            return st.decimals(-500, 5_000, places=2)
        case FieldType.TEXT:
            return st.sampled_from(field.choices or ("order_status", "returns"))
        case FieldType.TEXT_SET:
            return st.frozensets(st.sampled_from(["coffee", "tea", "cups"]))
        case _:
            return st.just(date(2026, 1, 1))


# A customer on the line to whom something may be sold, and then anything else on top: from facts
# drawn blindly hardly anything would ever be offered, and the promises would hold for nothing.
AT_EASE: Facts = {
    "segment": "new",
    "lifecycle": "new",
    "purchase_days_lifetime": 1,
    "days_since_last_purchase": 20,
    "first_purchase_days_ago": 20,
    "average_ticket": Decimal(150),
    "open_complaint": False,
    "marketing_consent": "granted",
    "reason_closed": True,
}
facts_known = st.fixed_dictionaries(
    {}, optional={field.name: values(field) for field in REGISTRY}
).map(lambda known: {**AT_EASE, **known})

asks = st.builds(
    Ask,
    seed=st.text(max_size=5),
    at=st.just(NOW),
    channel=st.sampled_from(Channel),
    direction=st.sampled_from(Direction),
    locale=st.sampled_from(Locale),
    slots=st.sampled_from([("main",), ("top", "side", "foot")]),
    local_at=st.just(NOW),
    script_values=st.just({"company": "Loja"}),
)
instants = st.integers(-90 * 24, 0).map(lambda hours: NOW + timedelta(hours=hours))
outcomes = st.builds(
    Outcome,
    decision_id=st.integers(1, 3).map(lambda n: DecisionId(UUID(int=n))),
    action=st.sampled_from(KEYS),
    kind=st.sampled_from(OutcomeKind),
    occurred_at=instants,
    never=st.booleans(),
)
contacts = st.builds(
    Contact,
    action=st.sampled_from(KEYS),
    strategy=st.sampled_from(Strategy),
    channel=st.sampled_from(Channel),
    direction=st.sampled_from(Direction),
    at=instants,
)
histories = st.builds(
    History,
    contacts=st.lists(contacts, max_size=4).map(tuple),
    outcomes=st.lists(outcomes, max_size=5).map(tuple),
)
counts = st.integers(0, 300).flatmap(
    lambda trials: st.integers(0, trials).map(lambda yes: Counts(trials, yes))
)
snapshots = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(SEGMENTS), counts), max_size=6
).map(lambda cells: Propensities.from_cells(cells, "1"))


def served(decided: Decided) -> set[str]:
    return {d.chosen.candidate.action for d in decided.decisions if d.chosen}


def sold(decided: Decided) -> set[str]:
    return {action for action in served(decided) if STRATEGY[action] not in CARE}


@given(asks, facts_known, histories, snapshots)
def test_nothing_is_sold_against_the_customers_word(
    ask: Ask, facts: Facts, history: History, told: Propensities
) -> None:
    denied = {**facts, "marketing_consent": "denied", "research_consent": "denied"}
    complaining = {**facts, "open_complaint": True}
    for forbidden in (denied, complaining):
        decided = decide(ask, forbidden, history, CATALOGUE, told)
        assert not sold(decided)
        assert not decided.selling.allowed


@given(asks, facts_known, histories)
def test_what_is_not_known_never_lets_us_sell_outbound(
    ask: Ask, facts: dict[str, object], history: History
) -> None:
    outbound = replace(ask, direction=Direction.OUTBOUND)
    for needed in ("marketing_consent", "open_complaint"):
        known = {name: value for name, value in facts.items() if name != needed}
        known.pop("research_consent", None)
        assert not sold(decide(outbound, known, history, CATALOGUE, Propensities()))


def test_the_promises_are_about_something() -> None:
    """Negative control: to the same customer at ease, each of these asks does sell."""
    for channel in (Channel.WEB, Channel.VOICE):
        inbound = Ask("seed", NOW, channel, Direction.INBOUND, Locale.EN)
        assert sold(decide(inbound, AT_EASE, History(), CATALOGUE, Propensities()))
    mail = Ask("seed", NOW, Channel.EMAIL, Direction.OUTBOUND, Locale.EN)
    assert sold(decide(mail, AT_EASE, History(), CATALOGUE, Propensities()))


@given(asks, facts_known, histories, snapshots)
def test_the_same_inputs_give_the_same_decision_in_any_order(
    ask: Ask, facts: dict[str, object], history: History, told: Propensities
) -> None:
    decided = decide(ask, facts, history, CATALOGUE, told)
    backwards = History(history.contacts[::-1], history.outcomes[::-1] * 2)
    again = decide(ask, dict(reversed(facts.items())), backwards, CATALOGUE, told)
    assert again.decisions == decided.decisions
    assert again.ranking == decided.ranking
    assert again.ruled_out == decided.ruled_out
    assert (again.missing, again.question) == (decided.missing, decided.question)


@given(asks, facts_known, histories, snapshots)
def test_what_was_kept_decides_the_same_again(
    ask: Ask, facts: Facts, history: History, told: Propensities
) -> None:
    decided = decide(ask, facts, history, CATALOGUE, told)
    kept = orjson.loads(inputs_to_json(decided.inputs))
    assert replay(inputs_from_document(kept, REGISTRY), CATALOGUE) == decided


@given(asks, facts_known, histories, snapshots)
def test_every_action_is_accounted_for_once(
    ask: Ask, facts: Facts, history: History, told: Propensities
) -> None:
    decided = decide(ask, facts, history, CATALOGUE, told)
    chosen = [d.chosen.candidate for d in decided.decisions if d.chosen]
    assert sorted([c.action for c in chosen] + [o.action for o in decided.ruled_out]) == sorted(
        KEYS
    )
    assert len({candidate.group for candidate in chosen}) == len(chosen)
    assert all((d.chosen is None) != (d.nothing is None) for d in decided.decisions)
    assert all(d.script for d in decided.decisions if d.chosen)
    assert not {fact.fact for fact in decided.missing} & decided.inputs.facts.keys()


amounts = st.decimals(0, 10_000, places=2)
ratios = st.decimals(0, 1, places=9)


@given(ratios, ratios, amounts, amounts, amounts)
def test_more_propensity_never_lowers_priority(
    likely: Decimal, likelier: Decimal, value: Decimal, cost: Decimal, incentive: Decimal
) -> None:
    low, high = (
        priority(
            Candidate("a", "g", "t", Propensity(p, Counts(), Counts()), value, cost, incentive)
        )
        for p in sorted([likely, likelier])
    )
    if value >= incentive:
        assert low <= high
    else:  # the gift costs more than the yes it buys: never worth it, however likely
        assert max(low, high) <= 0


@given(asks, facts_known, histories, snapshots, st.integers(1, 500))
def test_a_yes_never_costs_an_action_its_place(
    ask: Ask, facts: Facts, history: History, told: Propensities, yes: int
) -> None:
    before = decide(ask, facts, history, CATALOGUE, told)
    assume(served(before))
    first = before.decisions[0].chosen
    assume(first is not None)
    assert first is not None
    action = first.candidate.action
    cells = [(a, s, c) for a, own in told.cells.items() for s, c in own.items()]
    more = Propensities.from_cells([*cells, (action, before.segment, Counts(yes, yes))], "2")
    after = decide(ask, facts, history, CATALOGUE, more)
    assert after.decisions[0].chosen is not None
    assert after.decisions[0].chosen.candidate.action == action
