"""Words and numbers that stand where a telephone number should be."""

from __future__ import annotations

from typing import Final

WITHHELD: Final = frozenset(
    {
        # SIP: RFC 3323, RFC 3325; what Asterisk, FreeSWITCH, Kamailio and Twilio pass on
        "anonymous",
        "anonymous invalid",
        "unknown",
        "restricted",
        "unavailable",
        "private",
        "blocked",
        "withheld",
        "asterisk",
        "private number",
        "no caller id",
        "caller id blocked",
        # Calling-line reason codes of North American switches: private, out of area
        "p",
        "o",
        # What switches and screens write in Portuguese and Spanish
        "anonimo",
        "bloqueado",
        "confidencial",
        "desconhecido",
        "desconocido",
        "identidade oculta",
        "indisponivel",
        "nao identificado",
        "numero bloqueado",
        "numero confidencial",
        "numero desconhecido",
        "numero desconocido",
        "numero oculto",
        "numero privado",
        "numero restrito",
        "numero restringido",
        "oculto",
        "privado",
        "restringido",
        "restrito",
        "sem identificacao",
        "sin identificar",
    },
)

WITHHELD_DIGITS: Final = frozenset(
    {
        # The same words spelt on a keypad, as Twilio sends them in ``From``
        "266696687",  # ANONYMOUS
        "7378742833",  # RESTRICTED
        "2562533",  # BLOCKED
        "8656696",  # UNKNOWN
        "86282452253",  # UNAVAILABLE
    },
)

ASCENDING: Final = frozenset(
    # A whole number of rising digits.  Falling ones (98765-4321) and those with a real prefix
    # (91234-5678) are numbers that somebody has: if they are filler here, that is learnt.
    {
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "01234567",
        "012345678",
        "0123456789",
    },
)

BRAZILIAN_COMPANY_PREFIXES: Final = frozenset(
    # National single numbers (Anatel), dialled without an area code; typed with one all the same.
    {"3003", "3004", "4003", "4004"},
)
