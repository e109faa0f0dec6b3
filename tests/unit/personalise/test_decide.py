"""How is one decision made, told, kept and made again?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import orjson
import pytest

from app.differentiate.fields import FIELDS as DIFFERENTIATE
from app.interact.caps import Contact
from app.interact.contact_policy import Reason
from app.interact.fields import FIELDS as INTERACT
from app.interact.outcomes import (
    FOREVER,
    Outcome,
    OutcomeKind,
    Suppression,
    SuppressionCause,
    SuppressionScope,
)
from app.personalise.arbitration import Candidate, choose, priority, rank
from app.personalise.bundle import read_catalogue, shipped_document
from app.personalise.clause import Obstacle, OnUnknown, Ruling, Stage
from app.personalise.decide import Decided, Nothing, decide, replay
from app.personalise.decision_document import (
    inputs_from_document,
    inputs_to_json,
    result_to_json,
)
from app.personalise.explain import (
    NOTHING_WORDING,
    OBSTACLE_WORDING,
    money,
    percent,
    question_text,
    ruling_text,
    why,
    why_not,
    why_nothing,
)
from app.personalise.fields import FIELDS as PERSONALISE
from app.personalise.funnel import Ask, History
from app.personalise.propensity import Counts, Propensities, Propensity
from app.rules.fields import FieldRegistry
from app.vocabulary import Channel, DecisionId, Direction, Locale, Strategy

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
REGISTRY = FieldRegistry.join(DIFFERENTIATE, INTERACT, PERSONALISE)
CATALOGUE = read_catalogue(shipped_document(), REGISTRY)
ASK = Ask("seed", NOW, Channel.WEB, Direction.INBOUND, Locale.PT_BR)
ONCE = {
    "segment": "new",
    "lifecycle": "new",
    "purchase_days_lifetime": 1,
    "first_purchase_days_ago": 20,
    "days_since_last_purchase": 20,
    "average_ticket": Decimal("150.00"),
    "open_complaint": False,
}
SECOND = "loyalty.second_purchase"


def decided(
    facts: dict[str, object] | None = None,
    history: History | None = None,
    ask: Ask = ASK,
    propensities: Propensities | None = None,
) -> Decided:
    return decide(
        ask,
        ONCE if facts is None else facts,
        history or History(),
        CATALOGUE,
        propensities or Propensities(),
    )


def chosen(answer: Decided) -> list[str | None]:
    return [d.chosen.candidate.action if d.chosen else None for d in answer.decisions]


def rulings(answer: Decided, action: str) -> tuple[Ruling, ...]:
    return next(out.rulings for out in answer.ruled_out if out.action == action)


def outcome(kind: OutcomeKind, days_ago: float = 1, *, never: bool = False) -> Outcome:
    return Outcome(DecisionId(UUID(int=1)), SECOND, kind, NOW - timedelta(days=days_ago), never)


def test_every_other_action_is_told_with_what_was_in_its_way() -> None:
    answer = decided()
    assert chosen(answer) == [SECOND]
    told = {out.action for out in answer.ruled_out}
    assert told == {action.key for action in CATALOGUE.actions} - {SECOND}
    assert all(out.rulings for out in answer.ruled_out)
    assert rulings(answer, "winback.save_request")[-1].missing == ("cancel_registered",)


def test_slots_are_filled_one_by_one_and_once_from_each_group() -> None:
    facts = {**ONCE, "order_under_way": True, "order_pending_payment": True}
    answer = decided(facts, ask=replace(ASK, slots=("top", "side", "foot", "below")))
    groups = [d.chosen.candidate.group for d in answer.decisions if d.chosen]
    assert groups == ["pending_payment", "next_purchase", "order_update"]
    assert [d.slot for d in answer.decisions] == ["top", "side", "foot", "below"]
    assert answer.decisions[-1].nothing is Nothing.NOTHING_LEFT
    assert rulings(answer, "crosssell.complement") == (
        Ruling(Stage.ARBITRATION, Obstacle.SAME_GROUP),
    )


def test_an_outcome_changes_the_next_choice() -> None:
    refusals = Propensities.from_cells([(SECOND, "new", Counts(400, 0))], "9")
    assert chosen(decided()) == [SECOND]
    assert chosen(decided(propensities=refusals)) == ["crosssell.complement"]


def test_what_costs_more_than_it_brings_is_not_done() -> None:
    hopeless = Propensities.from_cells(
        [(action.key, "new", Counts(10**6, 0)) for action in CATALOGUE.actions], "9"
    )
    ask = replace(ASK, channel=Channel.VOICE)
    answer = decided({**ONCE, "reason_closed": True}, ask=ask, propensities=hopeless)
    assert [d.nothing for d in answer.decisions] == [Nothing.NOTHING_WORTH_IT]
    assert rulings(answer, SECOND) == (Ruling(Stage.WORTH, Obstacle.NOT_WORTH_IT),)
    assert answer.ranking


@pytest.mark.parametrize(
    ("kinds", "served"),
    [
        ({OutcomeKind.SHOWN}, True),
        ({OutcomeKind.IGNORED}, True),
        ({OutcomeKind.REJECTED}, False),
        ({OutcomeKind.ACCEPTED}, False),
        ({OutcomeKind.ACCEPTED, OutcomeKind.REVERSED}, True),
        ({OutcomeKind.DEFERRED}, False),
    ],
)
def test_what_came_before_decides_what_may_come_again(
    kinds: set[OutcomeKind], *, served: bool
) -> None:
    answer = decided(history=History(outcomes=tuple(outcome(kind) for kind in sorted(kinds))))
    assert (SECOND in chosen(answer)) is served


def test_never_is_never_and_a_refusal_ends() -> None:
    long_ago = 31.0
    refused = History(outcomes=(outcome(OutcomeKind.REJECTED, long_ago),))
    never = History(outcomes=(outcome(OutcomeKind.REJECTED, long_ago, never=True),))
    assert chosen(decided(history=refused)) == [SECOND]
    assert rulings(decided(history=never), SECOND) == (
        Ruling(Stage.CONTACT, Reason.REJECTED_FOREVER),
    )


def test_a_cool_off_ends() -> None:
    # crosssell.complement cools off for 14 days, loyalty.second_purchase ends with one yes.
    def accepted(days_ago: float) -> History:
        told = replace(outcome(OutcomeKind.ACCEPTED, days_ago), action="crosssell.complement")
        return History(outcomes=(told, outcome(OutcomeKind.ACCEPTED, 900)))

    assert rulings(decided(history=accepted(13)), "crosssell.complement") == (
        Ruling(Stage.REPEAT, Obstacle.ACCEPTED_BEFORE),
    )
    assert chosen(decided(history=accepted(14))) == ["crosssell.complement"]
    assert rulings(decided(history=accepted(14)), SECOND) == (
        Ruling(Stage.REPEAT, Obstacle.ACCEPTED_BEFORE),
    )


def test_the_latest_acceptance_counts_whichever_came_first() -> None:
    times = [
        Outcome(DecisionId(UUID(int=n)), "crosssell.complement", OutcomeKind.ACCEPTED, at)
        for n, at in enumerate([NOW - timedelta(days=20), NOW - timedelta(days=2)])
    ]
    for told in (times, times[::-1]):
        answer = decided(history=History(outcomes=tuple(told)))
        assert rulings(answer, "crosssell.complement") == (
            Ruling(Stage.REPEAT, Obstacle.ACCEPTED_BEFORE),
        )


def test_explicit_suppressions_and_caps_are_kept() -> None:
    block = Suppression(SuppressionScope.EVERYTHING, "", SuppressionCause.DO_NOT_CONTACT, FOREVER)
    answer = decided(history=History(suppressions=frozenset({block})))
    assert chosen(answer) == [None]
    assert not answer.selling.allowed
    mail = replace(ASK, channel=Channel.EMAIL, direction=Direction.OUTBOUND)
    facts = {**ONCE, "marketing_consent": "granted"}
    before = tuple(
        Contact("a", Strategy.WINBACK, Channel.EMAIL, Direction.OUTBOUND, NOW - timedelta(days=d))
        for d in (1, 2, 3)
    )
    assert chosen(decided(facts, ask=mail)) == [SECOND]
    capped = decided(facts, History(contacts=before), mail)
    assert rulings(capped, SECOND) == (Ruling(Stage.CONTACT, Reason.CAP_CHANNEL),)


def test_a_word_about_consent_that_nobody_knows_is_a_no() -> None:
    assert chosen(decided({**ONCE, "marketing_consent": "maybe"})) == [None]


def test_the_question_is_one_that_the_best_action_asks() -> None:
    answer = decided()
    assert answer.question is not None
    assert (answer.question.fact, answer.question.on_unknown) == ("return_pending", OnUnknown.ASK)
    assert decided({**ONCE, "return_pending": False}).question is None
    assert decided({**ONCE, "mood": "negative"}).question is None
    assert chosen(decided({**ONCE, "return_pending": True})) == [None]


def test_the_ask_knows_where_it_is_asked() -> None:
    assert chosen(decided({**ONCE, "direction": "outbound", "channel": "voice"})) == [SECOND]


def a_candidate(
    action: str = "a", *, likely: str = "0.5", value: str = "10", cost: str = "1", gift: str = "2"
) -> Candidate:
    propensity = Propensity(Decimal(likely), Counts(), Counts())
    return Candidate(
        action, action, "web.inbound", propensity, Decimal(value), Decimal(cost), Decimal(gift)
    )


def test_priority_is_what_it_brings_once_all_is_paid() -> None:
    assert priority(a_candidate()) == Decimal(3)  # .5 × 10 - (1 + .5 × 2)


def test_equal_priorities_fall_by_the_seed_and_not_by_name_or_order() -> None:
    twins = [a_candidate("a"), a_candidate("b")]
    winners = [rank(twins, f"request {n}")[0].candidate.action for n in range(200)]
    assert winners == [rank(twins[::-1], f"request {n}")[0].candidate.action for n in range(200)]
    assert 70 < winners.count("a") < 130


def test_nothing_is_chosen_that_brings_nothing() -> None:
    ranking = rank([a_candidate(value="0"), a_candidate("b", cost="0", value="2")], "seed")
    assert choose(ranking, 2) == (None, None)


def test_a_decision_is_made_again_from_what_was_kept() -> None:
    told = Propensities.from_cells(
        [(SECOND, "new", Counts(30, 6)), (SECOND, "lost", Counts(9, 1))], "3"
    )
    history = History(
        contacts=(Contact("a", Strategy.LOYALTY, Channel.WEB, Direction.INBOUND, NOW),),
        outcomes=(outcome(OutcomeKind.IGNORED), outcome(OutcomeKind.DEFERRED, 20)),
        suppressions=frozenset(
            {Suppression(SuppressionScope.ACTION, "x", SuppressionCause.DEFERRED, FOREVER)}
        ),
    )
    facts = {**ONCE, "categories_12m": {"tea", "coffee"}, "unread": 1, "p_alive": 0.3}
    answer = decided(facts, history, replace(ASK, script_values={"product": "café"}), told)
    kept = orjson.loads(inputs_to_json(answer.inputs))
    inputs = inputs_from_document(kept, REGISTRY)
    assert inputs == answer.inputs
    again = replay(inputs, CATALOGUE)
    assert again == answer
    assert result_to_json(again) == result_to_json(answer)
    assert "unread" not in answer.inputs.facts
    with pytest.raises(ValueError, match="another"):
        replay(replace(inputs, bundle_id="other"), CATALOGUE)


@pytest.mark.parametrize("locale", Locale)
def test_everything_is_said_in_every_language(locale: Locale) -> None:
    answer = decided()
    (decision,) = answer.decisions
    assert decision.chosen
    assert answer.question
    told = [
        why(decision.chosen, CATALOGUE, locale),
        question_text(answer.question.fact, CATALOGUE, locale),
        *(why_nothing(nothing, decided({}).selling, locale) for nothing in Nothing),
        *(why_not(out, CATALOGUE, locale) for out in answer.ruled_out),
        *(
            ruling_text(ruling, out.action, CATALOGUE, locale)
            for out in answer.ruled_out
            for ruling in out.rulings
        ),
    ]
    assert all(text and "{" not in text for text in told)


def test_why_is_told_with_numbers() -> None:
    few, many = (
        Propensities.from_cells([(SECOND, "new", counts)], "1")
        for counts in (Counts(19, 3), Counts(200, 30))
    )
    first, second = (decided(propensities=told).decisions[0].chosen for told in (few, many))
    assert first
    assert second
    assert "of 19 customers" not in why(first, CATALOGUE, Locale.EN)
    assert why(second, CATALOGUE, Locale.EN) == (
        "Bought once a few weeks ago, and the second purchase makes a customer: 30 of 200 customers"
        " of the same segment accepted, 14.9% likely now, worth R$90.00 and costs R$2.23."
    )


def test_a_missing_fact_is_named_by_its_label() -> None:
    told = rulings(decided(), "service.pending_payment")
    assert ruling_text(told[0], "service.pending_payment", CATALOGUE, Locale.PT_BR) == (
        "Não se sabe: pedido à espera de pagamento."
    )


@pytest.mark.parametrize(
    ("locale", "amount", "ratio"),
    [
        (Locale.PT_BR, "R$ 1.234,50", "12,5%"),
        (Locale.ES, "1.234,50 R$", "12,5 %"),
        (Locale.EN, "R$1,234.50", "12.5%"),
    ],
)
def test_money_and_per_cent_are_written_as_people_write_them(
    locale: Locale, amount: str, ratio: str
) -> None:
    assert money(Decimal("1234.5"), "BRL", locale) == amount
    assert percent(Decimal("0.125"), locale) == ratio
    assert percent(Decimal("0.20"), locale).startswith("20")


def test_every_code_has_words() -> None:
    assert set(OBSTACLE_WORDING) == set(Obstacle)
    assert set(NOTHING_WORDING) == set(Nothing)
