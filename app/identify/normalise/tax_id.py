"""Which taxpayer is this?  A country's number, checked by its own rule, as bare upper-case text.

Format and check digits are python-stdnum's; this file says whose number it is (a person's or a
company's) and which passing numbers are nobody's.  Numbers are text: leading zeros count, and since
2026 the Brazilian CNPJ has letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import ascii_uppercase, digits
from typing import Final

from stdnum.ar import cuit
from stdnum.br import cnpj, cpf
from stdnum.cl import rut as cl_rut
from stdnum.co import nit as co_nit
from stdnum.cr import cpf as cr_cpf
from stdnum.cr import cpj as cr_cpj
from stdnum.do import cedula as do_cedula
from stdnum.do import rnc as do_rnc
from stdnum.ec import ruc as ec_ruc
from stdnum.es import cif as es_cif
from stdnum.es import nif as es_nif
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.gt import nit as gt_nit
from stdnum.mx import rfc
from stdnum.pe import ruc as pe_ruc
from stdnum.pt import nif as pt_nif
from stdnum.py import ruc as py_ruc
from stdnum.sv import nit as sv_nit
from stdnum.uy import rut as uy_rut
from stdnum.ve import rif

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_text, is_repeated
from app.identify.normalise.lists.tax_ids import PLACEHOLDERS
from app.identify.normalise.text import readable, words
from app.vocabulary import Identifier, IdentifierType, Party, RawIdentifier

_LONGEST: Final = 64
_SIGNS: Final = str.maketrans("", "", " .-/_'\u2010\u2011\u2012\u2013\u2014\u2212")
_LETTERS: Final = frozenset(ascii_uppercase + digits + "&Ñ")
_SHORTEST: Final = 5
"""Characters of a canonical number: a check digit over fewer says nothing."""
_SHORTEST_REPEAT: Final = 7
_OF_NOBODY: Final = frozenset({"50", "51", "55"})
"""Argentina's "CUIT país": one number for all residents of a foreign country (AFIP)."""

_Read = tuple[str, Party]


def tax_id(raw: RawIdentifier, country: str) -> Identifier | Fault:
    """Return the number in its country's scope, as a person's or a company's where it tells.

    Two different valid numbers of persons never belong to one customer, so what is not certain is
    refused: a wrong check digit, a number of nobody, an RFC without its last three characters.
    """
    text = readable(raw.value, longest=_LONGEST, form="NFKC")
    if isinstance(text, Fault):
        return text
    compact = text.upper().translate(_SIGNS)
    if is_generic_text(" ".join(words(text))) or _is_placeholder(compact, country):
        return Fault.PLACEHOLDER
    reader = _READERS.get(country)
    if reader is None:
        return Fault.UNSUPPORTED_COUNTRY
    if not compact or not _LETTERS.issuperset(compact):
        return Fault.INVALID
    return _read(compact, country, reader)


def _read(compact: str, country: str, reader: Callable[[str], _Read]) -> Identifier | Fault:
    if country == "MX" and len(compact) == 10:
        return Fault.INCOMPLETE
    try:
        value, party = reader(compact)
    except InvalidChecksum:
        return Fault.CHECK_DIGIT
    except ValidationError:
        return Fault.INVALID
    if len(value) < _SHORTEST:
        return Fault.INVALID
    if _is_placeholder(value, country):
        return Fault.PLACEHOLDER
    is_own = not (country == "AR" and value[:2] in _OF_NOBODY)
    return Identifier(IdentifierType.TAX_ID, country, value, party, identifies=is_own)


def _is_placeholder(compact: str, country: str) -> bool:
    """Tell a listed number, or one digit throughout, with or without check digit and prefix."""
    if compact in PLACEHOLDERS.get(country, frozenset()):
        return True
    number = "".join(c for c in compact if c in digits)
    inner = number[2:-1] if country in ("AR", "PE") else number
    return any(is_repeated(part, _SHORTEST_REPEAT) for part in (number, number[:-1], inner))


# ---------------------------------------------------------------- one reader per country


def _brazil(text: str) -> _Read:
    """Read CPF (11) or CNPJ (14); zeros lost in a spreadsheet are given back, at most two."""
    if text.isdecimal():
        text = text.zfill({9: 11, 10: 11, 12: 14, 13: 14}.get(len(text), 0))
    if len(text) == 11:
        return cpf.validate(text), Party.PERSON
    return cnpj.validate(text), Party.COMPANY


def _spain(text: str) -> _Read:
    """Read NIF and NIE (persons) or the former CIF (companies).

    A CIF's check character is a letter for public bodies and foreign firms, else a digit; both pass
    and are one company, so it is written as it should be.
    """
    value = es_nif.validate(f"0{text}" if len(text) == 8 and text[:-1].isdecimal() else text)
    if value[0] in digits + "KLMXYZ":
        return value, Party.PERSON
    check = es_cif.calc_check_digits(value[:-1])[value[0] in "NPQRSW"]
    return value[:-1] + check, Party.COMPANY


def _portugal(text: str) -> _Read:
    value = pt_nif.validate(text)
    is_person = value[0] in "1238" or value.startswith("45")
    return value, Party.PERSON if is_person else Party.COMPANY


def _mexico(text: str) -> _Read:
    """Read an RFC with its three last characters, the check digit included.

    SAT issued some with another digit long ago: such a one is refused too.  It is nobody's evidence
    then, while a slip of the finger that passed would keep a person's records apart for good.
    """
    value = rfc.validate(text, validate_check_digits=True)
    return value, Party.PERSON if len(value) == 13 else Party.COMPANY


def _argentina(text: str) -> _Read:
    value = cuit.validate(text)
    return value, {"2": Party.PERSON, "3": Party.COMPANY}.get(value[0], Party.UNKNOWN)


def _chile(text: str) -> _Read:
    """Read a RUT; companies are numbered from 50 million on."""
    value = cl_rut.validate(text.lstrip("0"))
    return value, Party.COMPANY if int(value[:-1]) >= 50_000_000 else Party.PERSON


def _colombia(text: str) -> _Read:
    """Read a NIT with its check digit; nine digits from 800 million on are companies."""
    value = co_nit.validate(text.lstrip("0"))
    is_company = len(value) == 10 and value[0] in "89"
    return value, Party.COMPANY if is_company else Party.PERSON


def _peru(text: str) -> _Read:
    value = pe_ruc.validate(text)
    return value, Party.COMPANY if value.startswith("20") else Party.PERSON


def _uruguay(text: str) -> _Read:
    return uy_rut.validate(text), Party.COMPANY


def _ecuador(text: str) -> _Read:
    value = ec_ruc.validate(text)
    return value, Party.PERSON if value[2] < "6" else Party.COMPANY


def _paraguay(text: str) -> _Read:
    """Read a RUC; companies are numbered from 80 million on, persons by their identity card."""
    value = py_ruc.validate(text.lstrip("0"))
    is_company = len(value) == 9 and value[0] in "89"
    return value, Party.COMPANY if is_company else Party.PERSON


def _costa_rica(text: str) -> _Read:
    if len(text) == 9 or text.startswith("0"):
        return cr_cpf.validate(text), Party.PERSON
    return cr_cpj.validate(text), Party.COMPANY


def _dominican_republic(text: str) -> _Read:
    if len(text) == 11:
        return do_cedula.validate(text), Party.PERSON
    return do_rnc.validate(text), Party.COMPANY


def _guatemala(text: str) -> _Read:
    return gt_nit.validate(text), Party.UNKNOWN


def _el_salvador(text: str) -> _Read:
    return sv_nit.validate(text), Party.UNKNOWN


def _venezuela(text: str) -> _Read:
    value = rif.validate(text)
    return value, Party.COMPANY if value[0] in "JG" else Party.PERSON


_READERS: Final[Mapping[str, Callable[[str], _Read]]] = {
    "AR": _argentina,
    "BR": _brazil,
    "CL": _chile,
    "CO": _colombia,
    "CR": _costa_rica,
    "DO": _dominican_republic,
    "EC": _ecuador,
    "ES": _spain,
    "GT": _guatemala,
    "MX": _mexico,
    "PE": _peru,
    "PT": _portugal,
    "PY": _paraguay,
    "SV": _el_salvador,
    "UY": _uruguay,
    "VE": _venezuela,
}
