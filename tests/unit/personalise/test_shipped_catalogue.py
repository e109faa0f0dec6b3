"""What does the shipped catalogue do for a retailer, action by action?

The table is the promise: who, where, and what they are offered.  ``KNOWN`` is a customer of whom
only sales, contacts, complaints and consents are known; the rest comes with other systems.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.differentiate.fields import FIELDS as DIFFERENTIATE
from app.interact.fields import FIELDS as INTERACT
from app.personalise.bundle import bundle_id, read_catalogue, shipped_document
from app.personalise.catalogue import Catalogue
from app.personalise.checks import PLACEHOLDERS
from app.personalise.decide import Decided, decide
from app.personalise.fields import FIELDS as PERSONALISE
from app.personalise.funnel import Ask, History
from app.personalise.propensity import Propensities
from app.rules.fields import FieldRegistry
from app.rules.wording import Wording
from app.vocabulary import Channel, Direction, Locale, Strategy

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday
REGISTRY = FieldRegistry.join(DIFFERENTIATE, INTERACT, PERSONALISE)
CATALOGUE: Catalogue = read_catalogue(shipped_document(), REGISTRY)

Facts = Mapping[str, object]

KNOWN: Facts = {
    "segment": "loyal",
    "recency_score": 4,
    "frequency_score": 4,
    "value_score": 4,
    "days_since_last_purchase": 20,
    "first_purchase_days_ago": 500,
    "purchase_days_365": 4,
    "purchase_days_lifetime": 6,
    "net_365": Decimal("900.00"),
    "net_previous_365": Decimal("700.00"),
    "contribution_365": Decimal("300.00"),
    "average_ticket": Decimal("150.00"),
    "lifecycle": "established",
    "open_complaint": False,
    "complaint_with_authority": False,
    "marketing_consent": "granted",
    "calls_7d": 0,
}
CALL: Facts = {"reason_closed": True, "caller_pays": False}
ONCE: Facts = {
    **KNOWN,
    "segment": "new",
    "purchase_days_lifetime": 1,
    "first_purchase_days_ago": 20,
    "days_since_last_purchase": 20,
    "lifecycle": "new",
}
SLIPPING: Facts = {
    **KNOWN,
    "segment": "at_risk",
    "days_since_last_purchase": 220,
    "lifecycle": "slipping",
}
CHAMPION: Facts = {**KNOWN, "segment": "champions", "net_365": Decimal("2000.00")}
LEAD: Facts = {
    "segment": "prospect",
    "lifecycle": "prospect",
    "purchase_days_lifetime": 0,
    "lead_call_requested": True,
    "lead_fit": Decimal("0.8"),
    "lead_intent": Decimal("0.7"),
    "open_complaint": False,
    "marketing_consent": "granted",
}
VOICE, WEB, EMAIL, APP, WHATSAPP = (
    Channel.VOICE,
    Channel.WEB,
    Channel.EMAIL,
    Channel.APP,
    Channel.WHATSAPP,
)
IN, OUT = Direction.INBOUND, Direction.OUTBOUND


def asked(
    facts: Facts, channel: Channel, direction: Direction = IN, locale: Locale = Locale.PT_BR
) -> Decided:
    values = {"company": "Loja"}
    ask = Ask("seed", NOW, channel, direction, locale, local_at=NOW, script_values=values)
    return decide(ask, facts, History(), CATALOGUE, Propensities())


def served(facts: Facts, channel: Channel, direction: Direction = IN) -> str | None:
    (decision,) = asked(facts, channel, direction).decisions
    return decision.chosen.candidate.action if decision.chosen else None


# Who, what is known of them, where, and what they are offered.
TABLE: list[tuple[str, Facts, Channel, Direction, str | None]] = [
    ("good customer calls, reason closed", {**KNOWN, **CALL}, VOICE, IN, "crosssell.complement"),
    ("good customer calls, nothing said", KNOWN, VOICE, IN, None),
    ("good customer, usual day", {**KNOWN, **CALL, "days_since_last_purchase": 83}, VOICE, IN,
     "crosssell.replenish"),
    ("new customer on the web", ONCE, WEB, IN, "loyalty.second_purchase"),
    ("new customer calls", {**ONCE, **CALL}, VOICE, IN, "loyalty.second_purchase"),
    ("champion calls", {**CHAMPION, **CALL}, VOICE, IN, "loyalty.vip_recognition"),
    ("champion spoken to last week", {**CHAMPION, **CALL, "days_since_last_contact": 7}, VOICE, IN,
     "crosssell.complement"),
    ("slipping customer calls", {**SLIPPING, **CALL}, VOICE, IN, "winback.slipping"),
    ("slipping customer, our call", SLIPPING, VOICE, OUT, "winback.slipping"),
    ("spend halved", {**KNOWN, **CALL, "net_365": Decimal(350)}, VOICE, IN, "winback.slipping"),
    ("caller with an open complaint", {**KNOWN, **CALL, "open_complaint": True}, VOICE, IN,
     "complaint.recovery"),
    ("complaint, nothing said yet", {**KNOWN, "open_complaint": True}, VOICE, IN,
     "complaint.recovery"),
    ("complaint closed, unhappy",
     {**KNOWN, "complaint_closed_days_ago": 3, "last_satisfaction": 2}, VOICE, IN,
     "complaint.recovery"),
    ("complaint, on the web", {**KNOWN, "open_complaint": True}, WEB, IN, None),
    ("order under way, calls", {**KNOWN, "order_under_way": True}, VOICE, IN,
     "service.order_update"),
    ("order waits for payment", {**KNOWN, "order_pending_payment": True}, WHATSAPP, OUT,
     "service.pending_payment"),
    ("costly and we know why",
     {**KNOWN, "contribution_365": Decimal(-80), "cost_driver": "returns",
      "cost_driver_ratio": Decimal("0.7"), "category_count_12m": 5}, WEB, IN,
     "service.fix_cost_driver"),
    ("left a cart", {**KNOWN, "cart_age_hours": 5, "cart_value": Decimal(240)}, WEB, IN,
     "crosssell.cart_recovery"),
    ("room to grow", {**KNOWN, "tier": "most_growable"}, WEB, IN, "upsell.growth_ladder"),
    ("unknown visitor on the web", {}, WEB, IN, "prospect.first_purchase"),
    ("unknown visitor, two pages", {"product_pages_7d": 2}, WEB, IN, "prospect.first_purchase"),
    ("unknown caller", {}, VOICE, IN, None),
    ("unknown caller, reason closed", CALL, VOICE, IN, None),
    ("lead that asked to be called", LEAD, VOICE, OUT, "prospect.lead_call"),
    ("would recommend us",
     {**KNOWN, "last_nps": 10, "last_nps_days_ago": 5, "category_count_12m": 5,
      "return_pending": True}, APP, IN, "prospect.referral"),
    ("asked for advice",
     {**KNOWN, "advice_panel_member": True, "research_consent": "granted",
      "marketing_consent": "denied"}, EMAIL, OUT, "loyalty.advice_panel"),
    ("cancels, request registered",
     {**KNOWN, **CALL, "cancel_requested": True, "cancel_registered": True}, VOICE, IN,
     "winback.save_request"),
    ("cancels, not registered yet", {**KNOWN, **CALL, "cancel_requested": True}, VOICE, IN, None),
    ("our call without consent", {**KNOWN, "marketing_consent": "unknown"}, VOICE, OUT, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "channel", "direction", "action"),
    [row[1:] for row in TABLE],
    ids=[r[0] for r in TABLE],
)
def test_who_is_offered_what(
    facts: Facts, channel: Channel, direction: Direction, action: str | None
) -> None:
    assert served(facts, channel, direction) == action


def test_every_shipped_action_is_in_the_table() -> None:
    assert {row[4] for row in TABLE} - {None} == {action.key for action in CATALOGUE.actions}


def test_there_are_sixteen_actions_for_every_strategy() -> None:
    assert len(CATALOGUE.actions) == 16
    assert {action.strategy for action in CATALOGUE.actions} == set(Strategy)


@pytest.mark.parametrize("locale", Locale)
def test_a_script_is_said_whole_in_every_language(locale: Locale) -> None:
    (decision,) = asked(SLIPPING, VOICE, OUT, locale).decisions
    assert decision.script is not None
    assert "Loja" in decision.script
    assert "{" not in decision.script


def texts() -> Iterator[tuple[str, Wording]]:
    for action in CATALOGUE.actions:
        yield f"{action.key} name", action.name
        yield f"{action.key} why", action.why
        yield from ((f"{action.key} {c.code}", c.reason) for c in action.clauses)
        yield from (
            (f"{action.key} {treatment.key}", script.text)
            for treatment in action.treatments
            for script in treatment.scripts
        )


def test_no_language_is_a_copy_of_another() -> None:
    for where, text in texts():
        assert text.en not in {text.pt_br, text.es}, where
        # Short sentences of Portuguese and Spanish may well be the same; a long one never is.
        assert len(text.pt_br) < 40 or text.pt_br != text.es, where


def test_every_treatment_can_be_said_knowing_only_the_company() -> None:
    for action in CATALOGUE.actions:
        for treatment in action.treatments:
            assert treatment.script({"company": "Loja"}) is not None, (action.key, treatment.key)
            assert all(script.needs <= PLACEHOLDERS for script in treatment.scripts)


def test_the_name_of_a_bundle_is_its_content() -> None:
    document = shipped_document()
    assert CATALOGUE.bundle_id == bundle_id(document)
    assert bundle_id(dict(reversed(document.items()))) == CATALOGUE.bundle_id
    document["policy"]["rejected_pause_days"] += 1
    assert bundle_id(document) != CATALOGUE.bundle_id
