"""How sure are we who it is, and why?  One sentence for an agent, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.identify.resolve import MatchState, Resolution
from app.identify.telling import Question
from app.rules.wording import Wording
from app.vocabulary import IdentifierType, Locale

TYPE_WORDING: Final[Mapping[IdentifierType, Wording]] = {
    IdentifierType.PHONE: Wording("telefone", "teléfono", "phone"),
    IdentifierType.WHATSAPP: Wording("WhatsApp", "WhatsApp", "WhatsApp"),
    IdentifierType.EMAIL: Wording("e-mail", "correo electrónico", "e-mail"),
    IdentifierType.SOCIAL: Wording("rede social", "red social", "social account"),
    IdentifierType.TAX_ID: Wording("CPF ou CNPJ", "identificación fiscal", "tax id"),
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
    "never_identifies": Wording(
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
        "Peça o CPF ou CNPJ.", "Pida el documento de identidad.", "Ask for the tax id."
    ),
}


def sentence_for(who: Resolution, locale: Locale) -> str:
    """Return one sentence on who it is and what that rests on."""
    match who.state:
        case MatchState.KNOWN if who.reason == "confirmed_by_agent":
            return _CONFIRMED.in_locale(locale)
        case MatchState.KNOWN if who.customer is not None:
            names = (TYPE_WORDING[e.type].in_locale(locale) for e in who.customer.evidence)
            return _KNOWN.filled(locale, {"evidence": ", ".join(dict.fromkeys(names))})
        case MatchState.SHARED:
            return _SHARED.filled(locale, {"count": str(len(who.candidates))})
        case MatchState.AMBIGUOUS:
            return _AMBIGUOUS.filled(locale, {"count": str(len(who.candidates))})
        case _:
            return _UNKNOWN.get(who.reason, _NOBODY).in_locale(locale)


def question_for(who: Resolution, locale: Locale) -> str | None:
    """Return what to ask so that the candidates are told apart; None where there is no doubt."""
    return None if who.question is None else _ASK[who.question].in_locale(locale)
