"""Which identity paper is this?  Evidence for a person, never a veto: many schemes have no check.

The scope is the scheme ("rg", "curp", "passport", …).  Several countries call their card DNI or
cédula and number it alike: such a scope carries the country, "dni:ES".  A scheme that names a
taxpayer's number ("cpf") is read as that tax id: it is the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from string import ascii_uppercase, digits
from typing import Final

from stdnum.ar import dni as ar_dni
from stdnum.do import cedula as do_cedula
from stdnum.ec import ci as ec_ci
from stdnum.es import dni as es_dni
from stdnum.es import nie as es_nie
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.mx import curp
from stdnum.pe import cui

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_text, is_repeated
from app.identify.normalise.lists.tax_ids import DOCUMENT_PLACEHOLDERS
from app.identify.normalise.tax_id import tax_id
from app.identify.normalise.text import country_code, readable, words
from app.vocabulary import Identifier, IdentifierType, Party, RawIdentifier

_LONGEST: Final = 64
_LONGEST_SCHEME: Final = 40
_SHORTEST: Final = 4
_ALPHANUMERIC: Final = frozenset(ascii_uppercase + digits)

_ONLY_IN: Final = {
    "rg": "BR",
    "cnh": "BR",
    "cin": "BR",
    "curp": "MX",
    "ine": "MX",
    "nie": "ES",
    "cc": "PT",
}
_SHARED: Final = frozenset({"cedula", "ci", "dni", "dpi", "dui"})
"""Schemes by whose name alone a number of one country could be another's."""
_CARDS: Final = {
    "AR": ("dni", (7, 8)),
    "CO": ("cedula", (6, 7, 8, 10)),
    "EC": ("cedula", (10,)),
    "MX": ("curp", (18,)),
    "PE": ("dni", (8,)),
    "UY": ("ci", (7, 8)),
}
"""Each country's card that is taken for a tax id, and how many characters its number may have."""
_DOTS: Final = str.maketrans("", "", " .-/")
_TAX_SCHEMES: Final = {
    "cpf": "BR",
    "cnpj": "BR",
    "rfc": "MX",
    "cuit": "AR",
    "cuil": "AR",
    "run": "CL",
    "cif": "ES",
    "nif": "",
    "nit": "",
    "rut": "",
    "ruc": "",
}
"""Schemes that are tax ids, with their country where only one has them."""


def document(raw: RawIdentifier, country: str) -> Identifier | Fault:
    """Return the paper's number, upper-case letters and digits, under its scheme."""
    scheme, country = _scheme(raw.scope, country)
    is_shared = scheme.partition("_")[0] in _SHARED
    if not scheme or (is_shared and not country):
        return Fault.MISSING_SCOPE
    if scheme in _TAX_SCHEMES:
        as_tax_id = replace(raw, type=IdentifierType.TAX_ID, scope="")
        return tax_id(as_tax_id, _TAX_SCHEMES[scheme] or country)
    text = readable(raw.value, longest=_LONGEST, form="NFKC")
    if isinstance(text, Fault):
        return text
    compact = "".join(c for c in text.upper() if c.isalnum())
    if is_generic_text(" ".join(words(text))) or _is_placeholder(compact):
        return Fault.PLACEHOLDER
    checked = _checked(compact, scheme, country)
    if isinstance(checked, Fault):
        return checked
    scope = f"{scheme}:{country}" if is_shared else scheme
    return Identifier(IdentifierType.DOCUMENT, scope, checked, Party.PERSON)


def meant(raw: RawIdentifier, country: str) -> str | None:
    """Return the scheme of the identity paper that somebody sent as a tax id, or None.

    Clerks write what is on the card: a CURP where the RFC belongs, a cédula without its NIT's check
    digit.  Told only in a country where the number cannot be a tax id; never used as a guess.
    """
    scheme, lengths = _CARDS.get(country, ("", ()))
    digits_only = raw.value.translate(_DOTS)
    if raw.type is not IdentifierType.TAX_ID or len(digits_only) not in lengths:
        return None
    if scheme != "curp" and not digits_only.isdecimal():
        return None
    scope = f"{scheme}:{country}" if scheme in _SHARED else scheme
    found = document(replace(raw, type=IdentifierType.DOCUMENT, scope=scope), country)
    return None if isinstance(found, Fault) else scope


def _scheme(scope: str, country: str) -> tuple[str, str]:
    """Return the scheme's folded name and the country that issues it."""
    name, _, suffix = scope[:_LONGEST_SCHEME].partition(":")
    scheme = "_".join(words(name))
    return scheme, _ONLY_IN.get(scheme) or country_code(suffix) or country


def _is_placeholder(compact: str) -> bool:
    return compact in DOCUMENT_PLACEHOLDERS or is_repeated(compact, _SHORTEST)


def _checked(compact: str, scheme: str, country: str) -> str | Fault:
    if not compact or not _ALPHANUMERIC.issuperset(compact):
        return Fault.INVALID
    if len(compact) < _SHORTEST:
        return Fault.TOO_SHORT
    try:
        return _CHECKS.get((scheme, country), str)(compact)
    except InvalidChecksum:
        return Fault.CHECK_DIGIT
    except ValidationError:
        return Fault.INVALID


def _spanish_dni(text: str) -> str:
    return es_dni.validate(f"0{text}" if len(text) == 8 else text)


def _argentine_dni(text: str) -> str:
    return ar_dni.validate(text.lstrip("0"))


def _peruvian_dni(text: str) -> str:
    """Return the eight digits; the check character printed beside them is checked and dropped."""
    return cui.validate(text)[:8]


_CHECKS: Final[dict[tuple[str, str], Callable[[str], str]]] = {
    ("curp", "MX"): curp.validate,
    ("dni", "ES"): _spanish_dni,
    ("nie", "ES"): es_nie.validate,
    ("dni", "AR"): _argentine_dni,
    ("dni", "PE"): _peruvian_dni,
    ("cedula", "EC"): ec_ci.validate,
    ("cedula", "DO"): do_cedula.validate,
}
