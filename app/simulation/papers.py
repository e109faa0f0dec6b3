"""Which tax id and papers has person, or firm, number n?  Valid by the rule of each country.

Check digits are python-stdnum's, which also reads these numbers; the report on the truth would not
notice if both were wrong, so the tests of ``identify`` hold it to published examples.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.ar import cuit
from stdnum.br import cnpj
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.es import cif, dni
from stdnum.exceptions import InvalidComponent
from stdnum.mx import curp, rfc
from stdnum.pe import ruc

from app.simulation.names import Name
from app.simulation.numbering import Series, tax_id_of

_FOREIGNERS: Final = 12
"""Every so manieth Spanish resident has an NIE."""
_RFC_CLASSES: Final = ("123456789ABCDEFGHIJKLMNPQRSTUV", "123456789ABCDEFGHIJKLMNPQRSTUVWXYZ")
_MEXICAN_STATES: Final = ("DF", "JC", "NL")


def _runs(length: int, after: int) -> frozenset[int]:
    """Return the numbers that begin with one digit, so many times: nobody's, they are typed."""
    runs = (int(str(digit) * length) * 10**after for digit in range(1, 10))
    return frozenset(run + rest for run in runs for rest in range(10**after))


_NIF: Final = Series(10_000_000, 89_000_000, 55_005_023, _runs(7, 1) | {12345678})
_NIE: Final = Series(10_000_000, 20_000_000, 12_360_679, _runs(7, 0) | {11_234_567})
_CUIT: Final = Series(20_000_000, 40_000_000, 24_721_359, _runs(7, 1))
_RUT: Final = Series(5_000_000, 20_000_000, 12_360_679, _runs(7, 0) | _runs(7, 1))
_NIT: Final = Series(1_000_000_000, 100_000_000, 61_803_399)
_DNI: Final = Series(10_000_000, 70_000_000, 43_262_393, _runs(7, 1))
_FIRMS: Final = Series(10_000_000, 15_000_000, 9_270_509, _runs(7, 1))


@dataclass(frozen=True, slots=True)
class Born:
    """What papers are made of: the person's number, name, birth date and sex."""

    number: int
    name: Name
    birth_date: date
    is_woman: bool


def tax_id(country: str, born: Born) -> str:
    """Return a person's tax id as people write it."""
    return _PERSONS[country](born)


def firm_tax_id(country: str, number: int) -> str:
    """Return a firm's tax id as people write it."""
    return _COMPANIES[country](_FIRMS[number])


def document(country: str, born: Born) -> tuple[str, str]:
    """Return the scheme and number of a paper beside the tax id; two empty texts for none."""
    if country == "MX":
        return "curp", _curp(born)
    return ("dni", _dotted(str(_CUIT[born.number]))) if country == "AR" else ("", "")


# ---------------------------------------------------------------- persons


def _brazil(born: Born) -> str:
    return tax_id_of(born.number)


def _spain(born: Born) -> str:
    if born.number % _FOREIGNERS == 0:
        base = f"{_NIE[born.number]:08d}"
        return f"{'XYZ'[int(base[0])]}{base[1:]}{dni.calc_check_digit(base)}"
    base = str(_NIF[born.number])
    return f"{base}{dni.calc_check_digit(base)}"


def _mexico(born: Born) -> str:
    stem = _stem(born)
    first, second = divmod(born.number * 7, len(_RFC_CLASSES[1]))
    stem += _RFC_CLASSES[0][first % len(_RFC_CLASSES[0])] + _RFC_CLASSES[1][second]
    return stem + rfc.calc_check_digit(stem)


def _argentina(born: Born) -> str:
    base = f"{'27' if born.is_woman else '20'}{_CUIT[born.number]}"
    return f"{base[:2]}-{base[2:]}-{cuit.calc_check_digit(base)}"


def _chile(born: Born) -> str:
    base = str(_RUT[born.number])
    return f"{_dotted(base)}-{rut.calc_check_digit(base)}"


def _colombia(born: Born) -> str:
    base = str(_NIT[born.number])
    return f"{_dotted(base)}-{nit.calc_check_digit(base)}"


def _peru(born: Born) -> str:
    base = f"10{_DNI[born.number]}"
    return base + ruc.calc_check_digit(base)


_PERSONS: Final[Mapping[str, Callable[[Born], str]]] = {
    "BR": _brazil,
    "ES": _spain,
    "MX": _mexico,
    "AR": _argentina,
    "CO": _colombia,
    "CL": _chile,
    "PE": _peru,
}


# ---------------------------------------------------------------- firms


def _cnpj(base: int) -> str:
    root = f"{base}0001"
    check = cnpj.calc_check_digits(root)
    return f"{root[:2]}.{root[2:5]}.{root[5:8]}/{root[8:]}-{check}"


def _cif(base: int) -> str:
    number = f"{'AB'[base // 10**7 - 1]}{base % 10**7:07d}"
    return number + cif.calc_check_digits(number)[0]


def _rfc_of_firm(base: int) -> str:
    """Return letters, a day of founding and two characters, each digit of the base in its place."""
    digits = [int(digit) for digit in str(base)]
    letters = "".join("ABCDEFGHIJ"[digit] for digit in digits[:3])
    founded = f"{digits[3]}{digits[4]}{1 + digits[5]:02d}{1 + digits[6]:02d}"
    stem = f"{letters}{founded}{'123456789A'[digits[7]]}A"
    return stem + rfc.calc_check_digit(stem)


def _cuit_of_firm(base: int) -> str:
    number = f"30{50_000_000 + base}"
    return f"{number[:2]}-{number[2:]}-{cuit.calc_check_digit(number)}"


def _nit_of_firm(base: int) -> str:
    number = str(900_000_000 + base)
    return f"{_dotted(number)}-{nit.calc_check_digit(number)}"


def _rut_of_firm(base: int) -> str:
    number = str(66_000_000 + base)
    return f"{_dotted(number)}-{rut.calc_check_digit(number)}"


def _ruc_of_firm(base: int) -> str:
    number = f"20{50_000_000 + base}"
    return number + ruc.calc_check_digit(number)


_COMPANIES: Final[Mapping[str, Callable[[int], str]]] = {
    "BR": _cnpj,
    "ES": _cif,
    "MX": _rfc_of_firm,
    "AR": _cuit_of_firm,
    "CO": _nit_of_firm,
    "CL": _rut_of_firm,
    "PE": _ruc_of_firm,
}


# ---------------------------------------------------------------- the letters of Mexican papers


def _curp(born: Born) -> str:
    sex = "M" if born.is_woman else "H"
    state = _MEXICAN_STATES[born.number % len(_MEXICAN_STATES)]
    inner = "".join(_inner(word, vowels=False) for word in _three_words(born))
    nth = born.number % 10
    differs = str(nth) if born.birth_date.year < 2000 else "ABCDEFGHIJ"[nth]
    stem = _stem(born)
    stem += f"{sex}{state}{inner}{differs}"
    return stem + curp.calc_check_digit(stem)


def _stem(born: Born) -> str:
    """Return initials and date; a word that the registries find rude gets an X in its middle."""
    letters, day = _initials(born), f"{born.birth_date:%y%m%d}"
    try:
        rfc.validate(letters + day)
        curp.validate(f"{letters}{day}HDFXXX00", validate_check_digits=False)
    except InvalidComponent:
        letters = f"{letters[0]}X{letters[2:]}"
    return letters + day


def _initials(born: Born) -> str:
    father, mother, given = _three_words(born)
    return f"{father[0]}{_inner(father, vowels=True)}{mother[0]}{given[0]}"


def _three_words(born: Born) -> tuple[str, str, str]:
    """Return both surnames and the given name that counts, in capitals; Ñ is written X."""
    father, mother = (*born.name.family, *born.name.family)[:2]
    words = born.name.given.split()
    given = words[1] if len(words) > 1 and plain(words[0]) in {"maria", "jose"} else words[0]
    return _capitals(father), _capitals(mother), _capitals(given)


def _capitals(word: str) -> str:
    return plain(word.replace("ñ", "x").replace("Ñ", "X")).upper()


def _inner(word: str, *, vowels: bool) -> str:
    return next((c for c in word[1:] if (c in "AEIOU") is vowels), "X")


def _dotted(digits: str) -> str:
    return f"{int(digits):,}".replace(",", ".")


def plain(text: str) -> str:
    """Return the text in small letters without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
