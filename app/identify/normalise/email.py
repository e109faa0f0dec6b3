"""Which mailbox is this?  Two ways of writing the same mailbox give one value, others stay apart.

Syntax is email-validator's (RFC 5321, 5322, 6531; IDNA 2008), without any look-up in the network.
Dots and plus are dropped only for providers that say so themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_text, is_repeated
from app.identify.normalise.lists import emails as lists
from app.identify.normalise.text import caseless, readable, words
from app.vocabulary import Identifier, IdentifierType, Party, RawIdentifier

_LONGEST: Final = 320
"""RFC 3696 erratum 1690 allows 254; a display name or a second address may stand beside it."""
_LONGEST_PLAIN: Final = 254
_PLAIN: Final = re.compile(r"(?P<local>[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@(?P<domain>[a-z0-9.-]+)")
"""A mailbox that is written in no other way: nothing quoted, no letter beyond ASCII."""
_MUTE: Final = " \t.,;:'\"<>()[]"
_SEPARATORS: Final = str.maketrans(dict.fromkeys("-_", "."))


def email(raw: RawIdentifier, country: str) -> Identifier | Fault:  # noqa: ARG001 — one shape for all readers
    """Return the mailbox as folded local part and ASCII domain.

    A role address (vendas@, nfe@) identifies the company, so its ``party`` is COMPANY and no person
    may be joined by it.  A platform's alias (…@ct.vtex.com.br) and a no-reply address identify
    nobody.  Addresses of disposable domains are kept: their owners are customers too.
    """
    text = readable(raw.value, longest=_LONGEST)
    if isinstance(text, Fault):
        return text
    address = _first_address(text)
    if "@" not in address:
        is_filler = address.lower() in lists.PLACEHOLDER_LOCALS
        return Fault.PLACEHOLDER if is_filler or is_generic_text(_spoken(text)) else Fault.INVALID
    parsed = _parsed(caseless(address))
    return Fault.INVALID if parsed is None else _mailbox(*parsed)


def _parsed(address: str) -> tuple[str, str] | None:
    """Return the local part and the ASCII domain, or None where the library finds no mailbox.

    It reads an address letter by letter; of a plain one only the domain is left to be judged, and
    domains come again.
    """
    plain = _PLAIN.fullmatch(address) if len(address) <= _LONGEST_PLAIN else None
    if plain is None:
        return _validated(address)
    domain = _plain_domain(plain["domain"])
    return None if domain is None else (plain["local"], domain)


def _validated(address: str) -> tuple[str, str] | None:
    try:
        parsed = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return parsed.local_part, parsed.ascii_domain.lower()


@lru_cache(maxsize=1_024)
def _plain_domain(domain: str) -> str | None:
    """Return the domain as it is written in canonical addresses; nobody's name stands in front."""
    parsed = _validated(f"a@{domain}")
    return None if parsed is None else parsed[1]


def _spoken(text: str) -> str:
    return " ".join(words(text))


def _first_address(text: str) -> str:
    """Return the first address of "Ana <ana@x.com>", "mailto:ana@x.com" or "a@x.com; b@x.com".

    A blank inside what should be an address ("ana souza@x.com") is no address: what stands behind
    it is another person's mailbox.  Only a label may stand before it ("e-mail: ana@x.com").
    """
    for part in text.replace(";", ",").split(","):
        if "@" in part:
            return _without_label(part)
    return text


def _without_label(part: str) -> str:
    _, opened, inside = part.rpartition("<")
    first, *others = (inside if opened else part).split()
    while others and "@" not in first and first.endswith(":"):
        first, *others = others
    if "@" not in first or (others and others[0].startswith((".", "@"))):
        return part
    return first.strip(_MUTE).removeprefix("mailto:").removeprefix("MAILTO:")


def _mailbox(local: str, domain: str) -> Identifier | Fault:
    domain = lists.SAME_DOMAIN.get(domain, domain)
    if domain in lists.PLUS_DOMAINS:
        local = local.partition("+")[0]
    if domain in lists.DOTLESS_DOMAINS:
        local = local.replace(".", "")
    if not local:
        return Fault.INVALID
    if _is_placeholder(local, domain):
        return Fault.PLACEHOLDER
    return Identifier(
        IdentifierType.EMAIL,
        "",
        f"{local}@{domain}",
        Party.COMPANY if _is_role(local, domain) else Party.UNKNOWN,
        identifies=not (_is_alias(domain) or local in lists.UNATTENDED_LOCALS),
    )


def _is_placeholder(local: str, domain: str) -> bool:
    """Tell filler: a listed word or domain, one character repeated, x@x.com, gmail@gmail.com."""
    label = domain.partition(".")[0]
    echoes = local == label and (
        len(local) <= 3 or domain in lists.FREE_DOMAINS or local == "email"
    )
    listed = local in lists.PLACEHOLDER_LOCALS or domain in lists.PLACEHOLDER_DOMAINS
    return listed or echoes or is_repeated(local, 3)


def _is_role(local: str, domain: str) -> bool:
    """Tell a desk from a person, judged on the canonical form only.

    At a company's own domain the first word is enough (vendas.sp@); at a free provider the whole
    local part must be one, as Sales and Nota are surnames too.
    """
    dotted = local.translate(_SEPARATORS)
    first = dotted.partition(".")[0].rstrip("0123456789")
    whole = dotted.replace(".", "").rstrip("0123456789")
    if whole in lists.COMPANY_LOCALS or local in lists.UNATTENDED_LOCALS:
        return True
    return domain not in lists.FREE_DOMAINS and first in lists.COMPANY_LOCALS


def _is_alias(domain: str) -> bool:
    if domain.startswith(lists.ALIAS_PREFIXES):
        return True
    return any(domain == alias or domain.endswith(f".{alias}") for alias in lists.ALIAS_DOMAINS)
