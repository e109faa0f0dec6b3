"""Which telephone, CPF and client code belong to person number n?

Numbers are scattered by a permutation instead of drawn by chance: ten million people have ten
million different ones, and the n-th person's is known without the others'.  All are valid and none
was looked up; some real person may have any of them, so nobody ever calls or writes to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CODES: Final = 100_000_000
CODE_STEP: Final = 61_803_399
ACCOUNT_STEP: Final = 38_196_601
CARD_STEP: Final = 23_606_797
BUYER_STEP: Final = 14_589_803

TOLD_NUMBERS: Final = frozenset({529982247, 987654321})
"""The examples of our documents, kept for the person the documents tell of."""

_FILLER: Final = frozenset(int(str(digit) * 8) for digit in range(1, 10))
_NINES: Final = frozenset(int(str(digit) * 9) for digit in range(1, 10))


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers from ``first`` on, ``size`` of them, given out by a step prime to the size."""

    first: int
    size: int
    step: int
    taken: frozenset[int] = frozenset()

    def __getitem__(self, nth: int) -> int:
        """Return the nth number, counted from 1; what is taken is walked past."""
        place = nth * self.step % self.size
        while self.first + place in self.taken:
            place = place * self.step % self.size
        return self.first + place


_BRAZILIAN_MOBILES: Final = Series(960_000_000, 40_000_000, 24_721_359, _NINES | TOLD_NUMBERS)
_BRAZILIAN_LANDLINES: Final = Series(41_000_000, 19_000_000, 11_742_649, _FILLER)
_CPF: Final = Series(0, 10**9, 618_033_989, _NINES | TOLD_NUMBERS | {0, 123456789, 12345678})
_MOBILES: Final[Mapping[str, Series]] = {
    "ES": Series(600_000_000, 100_000_000, 61_803_399),
    "MX": Series(10_000_000, 80_000_000, 49_442_719),
    "AR": Series(22_000_000, 40_000_000, 24_721_359),
    "CO": Series(3_100_000_000, 90_000_000, 55_623_059),
    "CL": Series(940_000_000, 20_000_000, 12_360_679),
    "PE": Series(900_000_000, 100_000_000, 61_803_399),
}
_LANDLINES: Final[Mapping[str, Series]] = {
    "ES": Series(0, 10_000_000, 6_180_339),
    "MX": Series(90_000_000, 10_000_000, 6_180_339),
    "AR": Series(40_000_000, 10_000_000, 6_180_339),
    "CO": Series(2_000_000, 7_000_000, 4_326_239),
    "CL": Series(20_000_000, 10_000_000, 6_180_339),
    "PE": Series(2_000_000, 6_000_000, 3_708_203),
}
_NATIONWIDE: Final = frozenset({"ES", "CO", "CL", "PE"})
"""Where mobiles have no area code."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A line in digits as dialled at home: ``area`` is empty where mobiles have none."""

    country: str
    area: str
    line: str
    is_mobile: bool

    def written(self, style: int) -> str:
        """Return it as people write it: 0 with signs, 1 in digits only, 2 with the country code.

        An Argentine mobile is told from a landline by its 15 or 9 alone, and keeps one of them.
        """
        front, back = self.line[:-4], self.line[-4:]
        international = style == 2
        if self.country == "AR":
            mark = ("9 " if international else "15 ") if self.is_mobile else ""
            middle = f"{self.area} {mark}" if not international else f"{mark}{self.area} "
            text = f"{middle}{front}-{back}"
            return f"+54 {text}" if international else _bare(text, style)
        area = f"({self.area}) " if self.area else ""
        if international:
            return f"+{_CODE_OF[self.country]} {f'{self.area} ' if self.area else ''}{front}-{back}"
        return _bare(f"{area}{front}-{back}", style)


def _bare(text: str, style: int) -> str:
    return "".join(c for c in text if c.isdecimal()) if style == 1 else text


_CODE_OF: Final = {
    "BR": "55",
    "ES": "34",
    "MX": "52",
    "AR": "54",
    "CO": "57",
    "CL": "56",
    "PE": "51",
}


def mobile(number: int, country: str, area_code: str) -> Phone:
    """Return a mobile nobody else has: numbers 1 to twenty million, two for each person."""
    if country == "BR":
        return Phone("BR", area_code, str(_BRAZILIAN_MOBILES[number]), is_mobile=True)
    area = "" if country in _NATIONWIDE else area_code
    line = str(_MOBILES[country][number])
    return Phone(country, area, line, is_mobile=True)


def landline(number: int, country: str, area_code: str) -> Phone:
    """Return the landline of a household or firm."""
    if country == "BR":
        return Phone("BR", area_code, str(_BRAZILIAN_LANDLINES[number]), is_mobile=False)
    digits = 8 if country in ("MX", "AR", "CL") else 7
    return Phone(country, area_code, f"{_LANDLINES[country][number]:0{digits}d}", is_mobile=False)


def shop_line(country: str, shop: int) -> Phone:
    """Return a shop's own telephone, which no series gives out."""
    area, line = _SHOP_LINES[country]
    return Phone(country, area, str(int(line) + shop), is_mobile=False)


_SHOP_LINES: Final[Mapping[str, tuple[str, str]]] = {
    "BR": ("11", "32540110"),
    "ES": ("92", "3540110"),
    "MX": ("55", "56540110"),
    "AR": ("11", "63540110"),
    "CO": ("605", "3540110"),
    "CL": ("32", "2254011"),
    "PE": ("44", "254011"),
}


def tax_id_of(number: int) -> str:
    """Return person n's CPF as people write it; ``number`` from 1 on."""
    digits = f"{_CPF[number]:09d}"
    digits += _cpf_digit(digits)
    digits += _cpf_digit(digits)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def _cpf_digit(digits: str) -> str:
    """Return the next check digit: weights fall to 2, modulo 11, ten counts as zero."""
    weights = range(len(digits) + 1, 1, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return str(-total % 11 % 10)


def mobile_of(number: int, area_code: str) -> str:
    """Return a Brazilian mobile in digits with the area code: 11 digits, the third a nine."""
    return f"{area_code}{_BRAZILIAN_MOBILES[number]}"


def code_of(number: int, step: int) -> str:
    """Return eight digits under which a system knows somebody; every system has its own step."""
    return f"{Series(0, _CODES, step)[number]:08d}"
