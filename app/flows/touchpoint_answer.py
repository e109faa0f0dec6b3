"""What does a touchpoint hear back?  The whole answer as one document, in the caller's language.

Pure.  The shape is that of ``api.md`` (``app/api/touchpoint_document`` declares it); what a later
stage will fill is there already, as null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.flows.attestation import CALLER_ID
from app.flows.moment import Moment
from app.flows.resolution_wording import question_for, sentence_for
from app.flows.touchpoint_command import TouchpointCommand
from app.identify.resolve import LATE, MatchState, Resolution
from app.identify.weighing import Candidate
from app.interact.caps import CARE
from app.interact.contact_policy import Permission, Reason
from app.interact.lifecycle import Lifecycle
from app.interact.routing import Caller, Routing, route
from app.interact.wording import DO_NOT_SAY_WORDING, ROUTE_WORDING
from app.personalise.catalogue import Action, Catalogue
from app.personalise.decide import ENGINE, Decided, SlotDecision
from app.personalise.explain import (
    permission_text,
    question_text,
    ruling_text,
    why,
    why_nothing,
)
from app.vocabulary import (
    DecisionId,
    Locale,
    TouchpointId,
)


def answer_of(
    moment: Moment,
    facts: Mapping[str, object],
    decided: Decided,
    decision_ids: tuple[DecisionId, ...],
    catalogue: Catalogue,
) -> dict[str, Any]:
    """Return the answer to a touchpoint."""
    return {
        "touchpoint_id": str(moment.touchpoint_id),
        "customer": _customer(moment),
        "value": _value(moment, facts),
        "routing": _routing(route(_caller(moment, facts)), moment.locale),
        "selling_allowed": _selling(moment, decided),
        "decisions": [
            _decision(each, decision_id, decided, catalogue, moment)
            for each, decision_id in zip(decided.decisions, decision_ids, strict=True)
        ],
        "question": _question(decided, catalogue, moment.locale),
        "degraded": [],
        "versions": {
            "engine": decided.inputs.engine,
            "catalogue": catalogue.bundle_id,
            "scoring_run": moment.seen.run.version,
            "propensities": moment.seen.propensities.version,
        },
    }


def unkept_answer(
    moment: Moment, facts: Mapping[str, object], decided: Decided, catalogue: Catalogue
) -> dict[str, Any]:
    """Return what is said of a moment that cannot be recorded, as there is no room.

    Who it is, what they are worth, how to take them, whether to sell; but no action.  What was
    offered unrecorded would count in no cap, and nobody could say later what came of it.
    """
    nothing = replace(decided, decisions=(), question=None)
    answer = answer_of(moment, facts, nothing, (), catalogue)
    return answer | {"degraded": ["storage", "decisions", "record"]}


def degraded_answer(
    touchpoint_id: TouchpointId, command: TouchpointCommand, cause: str, catalogue: Catalogue
) -> dict[str, Any]:
    """Return what can be said without asking anybody: how to take an unknown caller.

    At ring time a fast partial answer beats a slow full one.  Nothing of it is recorded.
    """
    selling = Permission(allowed=False, reasons=(Reason.COMPLAINT_NOT_KNOWN,))
    return {
        "touchpoint_id": str(touchpoint_id),
        "customer": {
            "state": MatchState.UNKNOWN.value,
            "id": None,
            "former_ids": [],
            "confidence": 0.0,
            "reason": sentence_for(LATE, command.locale),
            "assurance": CALLER_ID,
            "may_speak_name": False,
            "may_disclose": False,
            "display_name": None,
            "candidates": [],
            "owner": None,
        },
        "value": None,
        "routing": _routing(route(Caller(known=False)), command.locale),
        "selling_allowed": {
            "allowed": False,
            "reason": selling.reasons[0].value,
            "sentence": permission_text(selling, command.locale),
        },
        "decisions": [],
        "question": None,
        "degraded": [cause, "customer", "value", "decisions", "record"],
        "versions": {
            "engine": ENGINE,
            "catalogue": catalogue.bundle_id,
            "scoring_run": 0,
            "propensities": "0",
        },
    }


def _customer(moment: Moment) -> dict[str, Any]:
    who, known = moment.who, moment.who.customer
    is_between = who.state in {MatchState.SHARED, MatchState.AMBIGUOUS}
    candidates = who.contenders if is_between else ()
    return {
        "state": who.state.value,
        "id": None if known is None else str(known.customer_id),
        "former_ids": [],
        "confidence": 0.0 if known is None else round(known.confidence, 6),
        "reason": sentence_for(who, moment.locale),
        "assurance": moment.assurance,
        "may_speak_name": moment.may_speak_name,
        "may_disclose": moment.may_disclose,
        "display_name": None if known is None else moment.display_name,
        "candidates": [_candidate(each, who, moment.locale) for each in candidates[:3]],
        "owner": None if known is None else moment.seen.profile.get("owner"),
    }


def _candidate(candidate: Candidate, who: Resolution, locale: Locale) -> dict[str, Any]:
    return {
        "id": str(candidate.customer_id),
        "confidence": round(candidate.confidence, 6),
        "question": question_for(who, locale),
        "asks_for": who.question and who.question.value,
    }


def _value(moment: Moment, facts: Mapping[str, object]) -> dict[str, Any] | None:
    value = moment.value
    if value is None:
        return None
    return {
        "r": value.rfv and value.rfv.r,
        "f": value.rfv and value.rfv.f,
        "v": value.rfv and value.rfv.v,
        "segment": value.segment.value,
        "abc": value.abc and value.abc.value,
        "tier": None,
        "clv": None,
        "p_alive": None,
        "lifecycle": facts.get("lifecycle"),
    }


def _caller(moment: Moment, facts: Mapping[str, object]) -> Caller:
    value = moment.value
    stage = facts.get("lifecycle")
    human_first = facts.get("human_first")
    intent = facts.get("intent")
    return Caller(
        known=moment.is_known,
        value_score=value.rfv.v if value and value.rfv else None,
        segment=value.segment.value if value else None,
        stage=Lifecycle(stage) if isinstance(stage, str) else None,
        open_complaint=bool(facts["open_complaint"]) if "open_complaint" in facts else None,
        human_first=human_first if isinstance(human_first, bool) else None,
        intent=intent if isinstance(intent, str) else None,
        calls_7d=moment.seen.calls_7d if value else None,
        may_speak_name=moment.may_speak_name,
        owner=moment.seen.profile.get("owner") if value else None,
    )


def _routing(routing: Routing, locale: Locale) -> dict[str, Any]:
    return {
        "ivr": routing.ivr.value,
        "human_option": routing.human_option,
        "legal_priority": routing.legal_priority,
        "steps": [
            {
                "agent": step.agent,
                "skill": step.skill,
                "level": step.level,
                "expires_s": step.expires_s,
            }
            for step in routing.steps
        ],
        "time_credit_s": routing.time_credit_s,
        "max_wait_s": routing.max_wait_s,
        "overflow": routing.overflow.value,
        "hold_content": routing.hold_content.value,
        "allowances": {
            "discount_ratio": _text(routing.allowances.discount_ratio),
            "goodwill": _text(routing.allowances.goodwill),
        },
        "brief": {
            "notes": [ROUTE_WORDING[note].in_locale(locale) for note in routing.brief.notes],
            "do_not_say": [
                DO_NOT_SAY_WORDING[word].in_locale(locale) for word in routing.brief.do_not_say
            ],
        },
        "reasons": [reason.value for reason in routing.reasons],
    }


def _selling(moment: Moment, decided: Decided) -> dict[str, Any]:
    selling = decided.selling
    if selling.allowed and moment.comes_later:
        selling = Permission(allowed=False, reasons=(Reason.REASON_NOT_CLOSED,))
    return {
        "allowed": selling.allowed,
        "reason": selling.reasons[0].value,
        "sentence": permission_text(selling, moment.locale),
    }


def _decision(
    slot: SlotDecision,
    decision_id: DecisionId,
    decided: Decided,
    catalogue: Catalogue,
    moment: Moment,
) -> dict[str, Any]:
    ranked, locale = slot.chosen, moment.locale
    action = None if ranked is None else catalogue.find(ranked.candidate.action)
    return {
        "decision_id": str(decision_id),
        "placement": slot.slot,
        "action": action and action.key,
        "strategy": action and action.strategy.value,
        "treatment": ranked and ranked.candidate.treatment,
        "offer": None,
        "script": slot.script,
        "when": _when(action, moment),
        "why": _why(slot, decided, catalogue, locale),
        "propensity": ranked and _text(ranked.candidate.propensity.mean),
        "priority": ranked and _text(ranked.priority),
        "nothing": slot.nothing and slot.nothing.value,
        "ruled_out": [
            {
                "action": each.action,
                "stage": str(first.stage),
                "reason": str(first.code),
                "missing": list(first.missing),
                "sentence": ruling_text(first, each.action, catalogue, locale),
            }
            for each in decided.ruled_out
            for first in each.rulings[:1]
        ],
    }


def _when(action: Action | None, moment: Moment) -> str | None:
    if action is None:
        return None
    waits = moment.comes_later and action.strategy not in CARE
    return "after_reason_closed" if waits else "now"


def _why(slot: SlotDecision, decided: Decided, catalogue: Catalogue, locale: Locale) -> str:
    if slot.chosen is not None:
        return why(slot.chosen, catalogue, locale)
    return "" if slot.nothing is None else why_nothing(slot.nothing, decided.selling, locale)


def _question(decided: Decided, catalogue: Catalogue, locale: Locale) -> dict[str, Any] | None:
    asked = decided.question
    if asked is None:
        return None
    return {
        "fact": asked.fact,
        "action": asked.action,
        "sentence": question_text(asked.fact, catalogue, locale),
    }


def _text(amount: Decimal) -> str:
    return format(amount, "f")
