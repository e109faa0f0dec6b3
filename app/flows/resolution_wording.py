"""How sure are we who it is, and why?  One sentence for an agent, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.identify.resolve import Candidate, MatchState, Resolution
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
_ASK: Final = Wording(
    "Peça o CPF ou a data de nascimento.",
    "Pida el documento o la fecha de nacimiento.",
    "Ask for the tax id or the date of birth.",
)


def sentence_for(who: Resolution, locale: Locale) -> str:
    """Return one sentence on who it is and what that rests on."""
    match who.state:
        case MatchState.KNOWN if who.customer is not None:
            names = (TYPE_WORDING[e.type].in_locale(locale) for e in who.customer.evidence)
            return _KNOWN.filled(locale, {"evidence": ", ".join(dict.fromkeys(names))})
        case MatchState.AMBIGUOUS:
            return _AMBIGUOUS.filled(locale, {"count": str(len(who.candidates))})
        case _:
            return _UNKNOWN.get(who.reason, _NOBODY).in_locale(locale)


def question_for(candidate: Candidate, locale: Locale) -> str:
    """Return the question that tells a candidate from the others.

    What the caller gave is the same for all of them, so it is something the caller did not give.
    """
    del candidate
    return _ASK.in_locale(locale)
