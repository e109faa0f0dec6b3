"""Why this, why not that, why nothing?  One sentence for an agent, in their language.

Codes are for machines and never translated; here they become words.  No sentence tells a customer's
value tier: agents read them aloud.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from app.interact.contact_policy import Permission, Reason
from app.interact.wording import PERMISSION_WORDING
from app.personalise.arbitration import Ranked
from app.personalise.catalogue import Action, Catalogue
from app.personalise.clause import Obstacle, RuledOut, Ruling, Stage
from app.personalise.decide import Nothing
from app.rules.wording import Wording
from app.vocabulary import Locale, to_cents

OBSTACLE_WORDING: Final[Mapping[Obstacle, Wording]] = {
    Obstacle.NO_TREATMENT: Wording(
        "Não se faz por este canal.",
        "No se hace por este canal.",
        "This is not done on this channel.",
    ),
    Obstacle.SCRIPT_INCOMPLETE: Wording(
        "Faltam dados para o texto.",
        "Faltan datos para el texto.",
        "The text lacks data.",
    ),
    Obstacle.ACCEPTED_BEFORE: Wording(
        "O cliente já aceitou.",
        "El cliente ya aceptó.",
        "The customer has accepted it already.",
    ),
    Obstacle.VALUE_NOT_KNOWN: Wording(
        "Não se sabe quanto vale.",
        "No se sabe cuánto vale.",
        "What it is worth is not known.",
    ),
    Obstacle.NOT_WORTH_IT: Wording(
        "Custa mais do que deve trazer.",
        "Cuesta más de lo que traería.",
        "It costs more than it would bring.",
    ),
    Obstacle.SAME_GROUP: Wording(
        "Disputa a mesma decisão com a ação escolhida.",
        "Compite por la misma decisión con la acción elegida.",
        "It competes for the same decision with the chosen action.",
    ),
    Obstacle.OUTRANKED: Wording(
        "Outra ação traz mais agora.",
        "Otra acción aporta más ahora.",
        "Another action brings more now.",
    ),
}

NOTHING_WORDING: Final[Mapping[Nothing, Wording]] = {
    Nothing.SELLING_NOT_ALLOWED: Wording(
        "Agora não se oferece nada.", "Ahora no se ofrece nada.", "Nothing is offered now."
    ),
    Nothing.NOTHING_OPEN: Wording(
        "Nenhuma ação se aplica a este cliente agora.",
        "Ninguna acción se aplica a este cliente ahora.",
        "No action applies to this customer now.",
    ),
    Nothing.NOTHING_WORTH_IT: Wording(
        "Nenhuma ação traria mais do que custa.",
        "Ninguna acción aportaría más de lo que cuesta.",
        "No action would bring more than it costs.",
    ),
    Nothing.NOTHING_LEFT: Wording(
        "Não há outra ação a mostrar além das escolhidas.",
        "No hay otra acción que mostrar además de las elegidas.",
        "There is no other action to show besides those chosen.",
    ),
}

_WHY: Final = Wording(
    "{why}: {likely} de chance de aceitar, vale {value} e custa {cost}.",
    "{why}: {likely} de probabilidad de aceptar, vale {value} y cuesta {cost}.",
    "{why}: {likely} likely to accept, worth {value} and costs {cost}.",
)
_WHY_COUNTED: Final = Wording(
    "{why}: {yes} de {asked} clientes do mesmo segmento aceitaram, {likely} de chance agora,"
    " vale {value} e custa {cost}.",
    "{why}: {yes} de {asked} clientes del mismo segmento aceptaron, {likely} de probabilidad ahora,"
    " vale {value} y cuesta {cost}.",
    "{why}: {yes} of {asked} customers of the same segment accepted, {likely} likely now,"
    " worth {value} and costs {cost}.",
)
_ENOUGH_ANSWERS: Final = 20

_SENTENCES_KEPT: Final = 10_000
"""More than a catalogue of a hundred actions has; a bound all the same."""

_NOT_KNOWN: Final = Wording(
    "Não se sabe: {facts}.", "No se sabe: {facts}.", "It is not known: {facts}."
)
_QUESTION: Final = Wording(
    "Vale a pena perguntar: {facts}?", "Conviene preguntar: ¿{facts}?", "Worth asking: {facts}?"
)

_SYMBOLS: Final = {"BRL": "R$", "EUR": "€", "USD": "US$"}


def why(chosen: Ranked, catalogue: Catalogue, locale: Locale) -> str:
    """Return why an action was chosen: its point, how likely a yes is, what it brings and costs."""
    candidate = chosen.candidate
    likely = candidate.propensity.mean
    answers = candidate.propensity.segment
    wording = _WHY_COUNTED if answers.trials >= _ENOUGH_ANSWERS else _WHY
    cost = candidate.contact_cost + likely * candidate.incentive
    return wording.filled(
        locale,
        {
            "why": _action(catalogue, candidate.action).why.in_locale(locale),
            "yes": str(answers.successes),
            "asked": str(answers.trials),
            "likely": percent(likely, locale),
            "value": money(candidate.value, catalogue.currency, locale),
            "cost": money(cost, catalogue.currency, locale),
        },
    )


def why_not(ruled_out: RuledOut, catalogue: Catalogue, locale: Locale) -> str:
    """Return the first thing that was in an action's way; its other rulings can be told as well."""
    return ruling_text(ruled_out.rulings[0], ruled_out.action, catalogue, locale)


def ruling_text(ruling: Ruling, action: str, catalogue: Catalogue, locale: Locale) -> str:
    """Return one ruling in words; where facts were missing, it says which."""
    key = (action, ruling.stage, ruling.code, ruling.missing, locale)
    try:
        return catalogue.sentences[key]
    except KeyError:
        told = _ruling_text(ruling, action, catalogue, locale)
        if len(catalogue.sentences) < _SENTENCES_KEPT:
            catalogue.sentences[key] = told
        return told


def _ruling_text(ruling: Ruling, action: str, catalogue: Catalogue, locale: Locale) -> str:
    if ruling.missing and ruling.stage is not Stage.WORTH:
        return _NOT_KNOWN.filled(locale, {"facts": labels(ruling.missing, catalogue, locale)})
    return _ruling_wording(ruling, _action(catalogue, action)).in_locale(locale)


def why_nothing(nothing: Nothing, selling: Permission, locale: Locale) -> str:
    """Return why a slot stays empty; where selling is not allowed, the first reason why."""
    if nothing is Nothing.SELLING_NOT_ALLOWED:
        return permission_text(selling, locale)
    return NOTHING_WORDING[nothing].in_locale(locale)


def permission_text(permission: Permission, locale: Locale) -> str:
    """Return the first reason of a permission: what forbids it, or what allows it."""
    return PERMISSION_WORDING[permission.reasons[0]].in_locale(locale)


def question_text(fact: str, catalogue: Catalogue, locale: Locale) -> str:
    """Return the next best question, named by the label of the fact it is about."""
    return _QUESTION.filled(locale, {"facts": labels((fact,), catalogue, locale)})


def labels(names: Iterable[str], catalogue: Catalogue, locale: Locale) -> str:
    """Return facts as people call them."""
    fields = ((name, catalogue.registry.find(name)) for name in names)
    return ", ".join(field.label.in_locale(locale) if field else name for name, field in fields)


# Three languages and a handful of currencies do not pay for a locale library: Babel needs 180 ms
# for its first amount, more than a ringing telephone has.
def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Return an amount to the cent as people write it: R$ 1.234,50 or 1.234,50 € or €1,234.50."""
    symbol = _SYMBOLS.get(currency, currency)
    number = _number(to_cents(amount), locale)
    match locale:
        case Locale.PT_BR:
            return f"{symbol} {number}"
        case Locale.ES:
            return f"{number} {symbol}"
        case Locale.EN:
            return f"{symbol}{number}" if currency in _SYMBOLS else f"{symbol} {number}"


def percent(ratio: Decimal, locale: Locale) -> str:
    """Return a ratio in per cent with one decimal, trailing zero left out."""
    tenths = (ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    shown = tenths.to_integral_value() if tenths == tenths.to_integral_value() else tenths
    return f"{_number(shown, locale)}{' ' if locale is Locale.ES else ''}%"


def _number(number: Decimal, locale: Locale) -> str:
    english = f"{number:,f}"
    if locale is Locale.EN:
        return english
    return english.translate(str.maketrans(",.", ".,"))


def _ruling_wording(ruling: Ruling, action: Action) -> Wording:
    if ruling.stage is Stage.CONTACT:
        return PERMISSION_WORDING[Reason(ruling.code)]
    for clause in action.clauses:
        if (clause.stage, clause.code) == (ruling.stage, ruling.code):
            return clause.reason
    return OBSTACLE_WORDING[Obstacle(ruling.code)]


def _action(catalogue: Catalogue, key: str) -> Action:
    action = catalogue.find(key)
    if action is None:
        raise KeyError(key)
    return action
