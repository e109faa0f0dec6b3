"""How sure are we who it is, and why?  One sentence for an agent, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.identify.resolve import DENIED_BEFORE, FITS_NOBODY, TOLD_APART, MatchState, Resolution
from app.identify.telling import Question
from app.identify.weighing import Evidence
from app.rules.wording import Wording
from app.vocabulary import IdentifierType, Locale

TYPE_WORDING: Final[Mapping[IdentifierType, Wording]] = {
    IdentifierType.PHONE: Wording("telefone", "teléfono", "phone"),
    IdentifierType.WHATSAPP: Wording("WhatsApp", "WhatsApp", "WhatsApp"),
    IdentifierType.EMAIL: Wording("e-mail", "correo electrónico", "e-mail"),
    IdentifierType.SOCIAL: Wording("rede social", "red social", "social account"),
    IdentifierType.TAX_ID: Wording("identificação fiscal", "identificación fiscal", "tax id"),
    IdentifierType.DOCUMENT: Wording("documento", "documento", "document"),
    IdentifierType.CUSTOMER_CODE: Wording(
        "código de cliente", "código de cliente", "customer code"
    ),
    IdentifierType.VISIT: Wording("visita com login", "visita con sesión", "logged-in visit"),
    IdentifierType.LOYALTY: Wording("cartão fidelidade", "tarjeta de socio", "loyalty card"),
    IdentifierType.LOGIN: Wording("login", "usuario", "login"),
    IdentifierType.ORDER_ID: Wording("número do pedido", "número de pedido", "order number"),
    IdentifierType.PROTOCOL: Wording("protocolo", "número de caso", "case reference"),
}

_TAX_ID_IN: Final = {
    "BR": Wording("CPF ou CNPJ", "CPF o CNPJ", "CPF or CNPJ"),
    "MX": Wording("RFC", "RFC", "RFC"),
    "PT": Wording("NIF", "NIF", "NIF"),
    "ES": Wording("NIF", "NIF", "NIF"),
    "AR": Wording("CUIT", "CUIT", "CUIT"),
    "CL": Wording("RUT", "RUT", "RUT"),
}
"""What a tax id is called where it was given out; elsewhere it has no name that all know."""

_KNOWN: Final = Wording(
    "Cliente reconhecido por: {evidence}.",
    "Cliente reconocido por: {evidence}.",
    "Customer recognised by: {evidence}.",
)
_CONFIRMED: Final = Wording(
    "Cliente confirmado por quem atende.",
    "Cliente confirmado por quien atiende.",
    "Customer confirmed by the agent.",
)
_TOLD_APART: Final = Wording(
    "Reconhecido entre os {count} clientes deste contato pelo que respondeu: {answers}.",
    "Reconocido entre los {count} clientes de este contacto por lo que respondió: {answers}.",
    "Recognised among the {count} customers of this contact point by their answer: {answers}.",
)
_FITS_NOBODY: Final = Wording(
    "A resposta não combina com nenhum dos {count} clientes deste contato: não diga nomes.",
    "La respuesta no coincide con ninguno de los {count} clientes de este contacto:"
    " no diga nombres.",
    "The answer fits none of the {count} customers of this contact point: say no names.",
)
_ANSWERS: Final = {
    Question.FIRST_NAME: Wording("primeiro nome", "nombre de pila", "first name"),
    Question.BIRTH_DATE: Wording("data de nascimento", "fecha de nacimiento", "date of birth"),
    Question.POSTAL_CODE: Wording("CEP", "código postal", "postal code"),
    Question.TAX_ID: Wording("identificação fiscal", "identificación fiscal", "tax id"),
}
_AMBIGUOUS: Final = Wording(
    "{count} clientes têm os dados informados: confirme com quem fala.",
    "{count} clientes tienen los datos indicados: confirme con quién habla.",
    "{count} customers have what was given: confirm who is speaking.",
)
_NOBODY: Final = Wording(
    "Ninguém com estes dados até agora.",
    "Nadie con estos datos hasta ahora.",
    "Nobody with these details so far.",
)
_UNKNOWN: Final = {
    "not_seen_before": _NOBODY,
    "denied_by_agent": Wording(
        "Não é quem este contato indicava: pergunte com quem fala.",
        "No es quien este contacto indicaba: pregunte con quién habla.",
        "It is not who this contact point said: ask who is speaking.",
    ),
    DENIED_BEFORE: Wording(
        "Este contato já foi dito não ser de quem o tinha: pergunte com quem fala.",
        "Ya se dijo que este contacto no es de quien lo tenía: pregunte con quién habla.",
        "This contact point was said not to be its holder's: ask who is speaking.",
    ),
    "never_identifies": Wording(
        "Dado de um tipo que nunca identifica alguém (0800, número curto, apelido de loja).",
        "Dato de un tipo que nunca identifica a nadie (0800, número corto, alias de tienda).",
        "A kind of detail that never identifies anybody (toll-free, short number, shop alias).",
    ),
    "placeholder": Wording(
        "O que foi informado é dado de preenchimento (consumidor final, 99999-9999):"
        " não é de ninguém.",
        "Lo indicado es un dato de relleno (público en general, 99999-9999): no es de nadie.",
        "What was given is filler (walk-in customer, 99999-9999): it is nobody's.",
    ),
    "held_by_many": Wording(
        "Este dado é compartilhado por muitos e não identifica ninguém.",
        "Este dato lo comparten muchos y no identifica a nadie.",
        "Many share this detail; it identifies nobody.",
    ),
    "not_asked_in_time": Wording(
        "Não deu tempo de consultar: atenda como quem liga pela primeira vez.",
        "No hubo tiempo de consultar: atienda como a quien llama por primera vez.",
        "There was no time to look: take the call as a first one.",
    ),
    "no_identifier": Wording(
        "Nenhum dado utilizável foi informado.",
        "No se indicó ningún dato utilizable.",
        "Nothing usable was given.",
    ),
}
_SHARED: Final = Wording(
    "{count} clientes usam este mesmo contato: pergunte com quem fala, sem dizer nomes.",
    "{count} clientes usan este mismo contacto: pregunte con quién habla, sin decir nombres.",
    "{count} customers share this contact point: ask who is speaking, and say no names.",
)
_ASK: Final = {
    Question.FIRST_NAME: Wording(
        "Pergunte o primeiro nome de quem fala.",
        "Pregunte el nombre de pila de quien habla.",
        "Ask for the first name of the person speaking.",
    ),
    Question.BIRTH_DATE: Wording(
        "Pergunte a data de nascimento.",
        "Pregunte la fecha de nacimiento.",
        "Ask for the date of birth.",
    ),
    Question.POSTAL_CODE: Wording(
        "Pergunte o CEP.", "Pregunte el código postal.", "Ask for the postal code."
    ),
    Question.TAX_ID: Wording(
        "Peça a identificação fiscal (no Brasil, CPF ou CNPJ).",
        "Pida la identificación fiscal.",
        "Ask for the tax id.",
    ),
}


def sentence_for(who: Resolution, locale: Locale) -> str:
    """Return one sentence on who it is and what that rests on."""
    match who.state:
        case MatchState.KNOWN:
            return _known(who, locale)
        case MatchState.SHARED | MatchState.AMBIGUOUS if who.reason == FITS_NOBODY:
            return _FITS_NOBODY.filled(locale, _count(who))
        case MatchState.SHARED:
            return _SHARED.filled(locale, _count(who))
        case MatchState.AMBIGUOUS:
            return _AMBIGUOUS.filled(locale, _count(who))
        case _:
            return _UNKNOWN.get(who.reason, _NOBODY).in_locale(locale)


def question_for(who: Resolution, locale: Locale) -> str | None:
    """Return what to ask so that the candidates are told apart; None where there is no doubt."""
    return None if who.question is None else _ASK[who.question].in_locale(locale)


def _known(who: Resolution, locale: Locale) -> str:
    if who.customer is None or who.reason == "confirmed_by_agent":
        return _CONFIRMED.in_locale(locale)
    if who.reason == TOLD_APART:
        answers = ", ".join(_ANSWERS[each].in_locale(locale) for each in who.told_by)
        return _TOLD_APART.filled(locale, {**_count(who), "answers": answers})
    names = [_name_of(each, locale) for each in who.customer.evidence]
    return _KNOWN.filled(locale, {"evidence": ", ".join(dict.fromkeys(names))})


def _count(who: Resolution) -> dict[str, str]:
    return {"count": str(len(who.contenders))}


def _name_of(evidence: Evidence, locale: Locale) -> str:
    kind = TYPE_WORDING[evidence.type]
    if evidence.type is IdentifierType.TAX_ID:
        kind = _TAX_ID_IN.get(evidence.scope, kind)
    return kind.in_locale(locale)
