"""Why are these one customer, or two, in one sentence?  From codes and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.flows.identity_explain import Explained
from app.flows.resolution_wording import TYPE_WORDING
from app.flows.review_wording import LEVELS
from app.identify.explaining import CHANGED_HANDS, EXACT, Ground, Obstacle, WhyNot
from app.rules.wording import Wording
from app.vocabulary import IdentifierType, Locale

_MOST_TOLD: Final = 4

_ONE: Final = Wording(
    "Um só cadastro: não houve nada a unir.",
    "Una sola ficha: no hubo nada que unir.",
    "A single record: there was nothing to join.",
)
_JOINED: Final = Wording(
    "{records} cadastros são um cliente: {grounds}.",
    "{records} fichas son un cliente: {grounds}.",
    "{records} records are one customer: {grounds}.",
)
_BY_PEOPLE: Final = Wording(
    "{records} cadastros são um cliente porque alguém decidiu.",
    "{records} fichas son un cliente porque alguien lo decidió.",
    "{records} records are one customer because somebody decided so.",
)
_AND_DECIDED: Final = Wording(
    "{sentence} Alguém decidiu unir parte deles.",
    "{sentence} Alguien decidió unir parte de ellas.",
    "{sentence} Somebody decided to join some of them.",
)
_SHARED: Final = Wording(
    "mesmo {type} ({holders} pessoas o têm)",
    "mismo {type} ({holders} personas lo tienen)",
    "same {type} (held by {holders} people)",
)
_OWN: Final = Wording(
    "mesmo {type} (de mais ninguém)",
    "mismo {type} (de nadie más)",
    "same {type} (nobody else's)",
)
_CHANGED_HANDS: Final = Wording(
    "{type} que passou de um a outro",
    "{type} que pasó de uno a otro",
    "{type} passed on from one to the other",
)
_OBSTACLES: Final = {
    Obstacle.PEOPLE: Wording(
        "Não são um cliente: alguém decidiu que são pessoas diferentes.",
        "No son un cliente: alguien decidió que son personas distintas.",
        "They are not one customer: somebody decided that they are two.",
    ),
    Obstacle.TAX_ID: Wording(
        "Não são um cliente: cada um tem a sua identificação fiscal.",
        "No son un cliente: cada uno tiene su identificación fiscal.",
        "They are not one customer: each has a tax id of its own.",
    ),
    Obstacle.COMPANY_AND_PERSON: Wording(
        "Não são um cliente: um é a empresa, o outro uma pessoa que trata por ela.",
        "No son un cliente: uno es la empresa, el otro una persona que trata por ella.",
        "They are not one customer: one is a company, the other a person who speaks for it.",
    ),
    Obstacle.NOTHING_SHARED: Wording(
        "Não são um cliente: não têm nenhum dado de identificação em comum.",
        "No son un cliente: no tienen ningún dato de identificación en común.",
        "They are not one customer: they share no identifier.",
    ),
    Obstacle.CHANGED_HANDS: Wording(
        "Não são um cliente: o que os dois tiveram mudou de mãos ({grounds}).",
        "No son un cliente: lo que los dos tuvieron cambió de manos ({grounds}).",
        "They are not one customer: what both have had changed hands ({grounds}).",
    ),
    Obstacle.NOT_ENOUGH: Wording(
        "Não são um cliente: faltam {missing} bits de evidência ({grounds}).",
        "No son un cliente: faltan {missing} bits de evidencia ({grounds}).",
        "They are not one customer: {missing} bits of evidence are missing ({grounds}).",
    ),
    Obstacle.CONTESTED: Wording(
        "Não são um cliente: outro tem o mesmo direito ao que têm em comum ({grounds}).",
        "No son un cliente: otro tiene igual derecho a lo que tienen en común ({grounds}).",
        "They are not one customer: another has as good a claim to what they share ({grounds}).",
    ),
}
_NOTHING: Final = Wording("nada em comum", "nada en común", "nothing in common")


def sentence_why(told: Explained, locale: Locale) -> str:
    """Return why a customer's records are one."""
    records = len({link.record_id for link in told.links})
    if records == 1:
        return _ONE.in_locale(locale)
    for_it = [ground for ground in told.grounds if ground.bits > 0]
    if not any(ground.level == EXACT for ground in for_it):
        return _BY_PEOPLE.filled(locale, {"records": str(records)})
    values = {"records": str(records), "grounds": _grounds(for_it, locale)}
    sentence = _JOINED.filled(locale, values)
    if any(word.kind == "merge" and word.taken_back_at is None for word in told.words):
        return _AND_DECIDED.filled(locale, {"sentence": sentence})
    return sentence


def sentence_why_not(found: WhyNot, locale: Locale) -> str:
    """Return why two customers are not one."""
    values = {"missing": f"{found.missing_bits:g}", "grounds": _grounds(found.grounds, locale)}
    return _OBSTACLES[found.obstacle].filled(locale, values)


def _grounds(grounds: Sequence[Ground], locale: Locale) -> str:
    told = [_ground(ground, locale) for ground in grounds[:_MOST_TOLD]]
    return ", ".join(dict.fromkeys(told)) or _NOTHING.in_locale(locale)


def _ground(ground: Ground, locale: Locale) -> str:
    if ground.level not in {EXACT, CHANGED_HANDS}:
        return LEVELS[ground.field, ground.level].in_locale(locale)
    kind = TYPE_WORDING[IdentifierType(ground.field)].in_locale(locale)
    wording = _OWN if ground.holders == 1 else _SHARED
    wording = _CHANGED_HANDS if ground.level == CHANGED_HANDS else wording
    return wording.filled(locale, {"type": kind, "holders": str(ground.holders)})
