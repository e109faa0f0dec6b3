"""What do clauses say of facts, and is what they once said kept apart from what others say?"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from itertools import product
from typing import Any

from app.differentiate.fields import FIELDS as DIFFERENTIATE
from app.interact.contact_policy import Reason
from app.interact.fields import FIELDS as INTERACT
from app.personalise.bundle import read_catalogue, shipped_document
from app.personalise.catalogue import Action, Catalogue
from app.personalise.clause import MissingFact, Obstacle, OnUnknown, Ruling, Stage
from app.personalise.eligibility import Screen, Screening
from app.personalise.explain import ruling_text
from app.personalise.fields import FIELDS as PERSONALISE
from app.rules.fields import FieldRegistry
from app.rules.values import Value
from app.vocabulary import Locale

REGISTRY = FieldRegistry.join(DIFFERENTIATE, INTERACT, PERSONALISE)
FACTS = ("open_complaint", "cancel_requested")
RULE = {"and": [{"!": {"==": [{"var": name}, True]}} for name in FACTS]}


def catalogue(on_unknown: str, stage: str = "suitability", reason: str = "not now") -> Catalogue:
    document: dict[str, Any] = deepcopy(shipped_document())
    action = document["actions"][0]
    calm = {**action["clauses"][0], "code": "calm", "rule": RULE}
    calm["reason"] = {"pt-BR": f"{reason} (pt)", "es": f"{reason} (es)", "en": reason}
    action["clauses"] = [{**calm, "on_unknown": on_unknown, "stage": stage}]
    document["shared_clauses"] = []
    document["actions"] = [action]
    return read_catalogue(document, REGISTRY)


def only(catalogue: Catalogue) -> Action:
    (action,) = catalogue.actions
    return action


def rulings(screening: Screening) -> tuple[Ruling, ...]:
    return screening.ruled_out.rulings if screening.ruled_out else ()


def every_customer() -> list[Mapping[str, Value]]:
    told: tuple[bool | None, ...] = (True, False, None)
    return [
        {name: value for name, value in zip(FACTS, values, strict=True) if value is not None}
        for values in product(told, repeat=len(FACTS))
    ]


def test_an_unknown_means_what_the_clause_says_it_means() -> None:
    block, ask, skip = (only(catalogue(word)) for word in ("block", "ask", "pass"))
    unknown = {"open_complaint": False}
    lacks = ("cancel_requested",)
    assert rulings(block.screen(unknown)) == (Ruling(Stage.SUITABILITY, "calm", lacks),)
    assert rulings(ask.screen(unknown)) == rulings(skip.screen(unknown)) == ()
    assert block.screen(unknown).missing == (
        MissingFact("cancel_requested", block.key, "calm", OnUnknown.BLOCK),
    )
    assert [each.on_unknown for each in ask.screen(unknown).missing] == [OnUnknown.ASK]
    assert skip.screen(unknown).missing == ()


def test_what_was_said_before_is_what_would_be_said_anew() -> None:
    action = only(catalogue("block"))
    customers = every_customer()
    anew = [Screen(action.key, action.clauses)(facts) for facts in customers]
    for order in (range(len(customers)), reversed(range(len(customers)))):
        assert all(action.screen(customers[n]) == anew[n] for n in order)
    assert len(set(anew)) == 5, "open, ruled out, and three ways not to know"


def test_what_is_in_the_way_besides_is_told_stage_by_stage_whatever_was_asked_before() -> None:
    (action,) = catalogue("block").actions
    besides = list(
        product(
            (None, Obstacle.NO_TREATMENT, Obstacle.SCRIPT_INCOMPLETE),
            ((), (Reason.OPEN_COMPLAINT,), (Reason.OPEN_COMPLAINT, Reason.DEFERRED)),
            (None, Obstacle.ACCEPTED_BEFORE),
            (None, Obstacle.VALUE_NOT_KNOWN),
        )
    )
    calm, unknown = dict.fromkeys(FACTS, False), dict.fromkeys(FACTS[:1], False)
    for facts, (no_way, forbidden, accepted, worthless) in product((calm, unknown), besides):
        screening = action.screen(facts, no_way, forbidden, accepted, worthless)
        against = rulings(screening)
        told: tuple[str | None, ...] = (
            no_way,
            "calm" if facts is unknown else None,
            *forbidden,
            accepted,
            worthless,
        )
        assert [ruling.code for ruling in against] == [each for each in told if each]
        assert [ruling.stage for ruling in against] == sorted(
            (ruling.stage for ruling in against), key=list(Stage).index
        )
        asks = {fact.fact for fact in screening.missing}
        is_idle = any((no_way, forbidden, accepted)) or facts is calm
        assert asks == (set() if is_idle else {"cancel_requested"})


def test_what_one_catalogue_said_is_not_said_by_another() -> None:
    before, after = catalogue("block"), catalogue("ask", "eligibility")
    for facts in [*every_customer(), *every_customer()]:
        old, new = only(before).screen(facts), only(after).screen(facts)
        assert {ruling.stage for ruling in rulings(old)} <= {Stage.SUITABILITY}
        assert {ruling.stage for ruling in rulings(new)} <= {Stage.ELIGIBILITY}
        assert not any(ruling.missing for ruling in rulings(new))
    unknown: Mapping[str, Value] = {}
    assert rulings(only(before).screen(unknown)), "a shared memory would answer for both alike"
    assert not rulings(only(after).screen(unknown))


def test_a_sentence_is_kept_by_language_and_goes_with_its_catalogue() -> None:
    before = catalogue("block", reason="it was so")
    after = catalogue("block", reason="it is so now")
    (ruling,) = rulings(only(before).screen(dict.fromkeys(FACTS, True)))
    for _ in ("said for the first time", "said again"):
        told = [ruling_text(ruling, only(before).key, before, locale) for locale in Locale]
        assert told == ["it was so (pt)", "it was so (es)", "it was so"]
        assert ruling_text(ruling, only(after).key, after, Locale.EN) == "it is so now"
    assert before.sentences, "nothing was kept: nothing could be mixed up"
    assert before.sentences != after.sentences


def test_what_lacks_a_fact_is_not_told_in_the_words_of_what_is_ruled_out() -> None:
    found = catalogue("block")
    action = only(found)
    (unknown,) = rulings(action.screen({"open_complaint": False}))
    (no,) = rulings(action.screen({"open_complaint": True}))
    told = {ruling_text(each, action.key, found, Locale.EN) for each in (unknown, no, unknown)}
    assert len(told) == 2
    assert "not now" in told
