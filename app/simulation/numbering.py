"""Which tax id, telephone and client code belong to person number n?

Numbers are scattered by a permutation instead of drawn by chance: ten million people have ten
million different ones, and the n-th person's is known without the others'.  All are valid and none
was looked up; some real person may have any of them, so nobody ever calls or writes to them.
"""

from __future__ import annotations

from typing import Final

_REPEATED: Final = tuple(111111111 * digit for digit in range(1, 10))

_TAX_BASES: Final = 10**9
_TAX_STEP: Final = 618_033_989
_TAX_TAKEN: Final = frozenset({*_REPEATED, 0, 123456789, 12345678})

_MOBILES: Final = 40_000_000
_MOBILE_STEP: Final = 24_721_359
_FIRST_MOBILE: Final = 960_000_000
_MOBILES_TAKEN: Final = frozenset(number - _FIRST_MOBILE for number in _REPEATED)

_LANDLINES: Final = 8_000_000
_LANDLINE_STEP: Final = 4_944_271
_FIRST_LANDLINE: Final = 31_000_000
_LANDLINES_TAKEN: Final = frozenset({33333333 - _FIRST_LANDLINE})

_CODES: Final = 100_000_000
CODE_STEP: Final = 61_803_399
ACCOUNT_STEP: Final = 38_196_601
CARD_STEP: Final = 23_606_797

TOLD_NUMBERS: Final = frozenset({529982247, 987654321})
"""The examples of our documents, kept for the person the documents tell of."""


def tax_id_of(number: int) -> str:
    """Return the person's CPF as people write it, check digits right; ``number`` from 1 on."""
    base = _scattered(number, _TAX_STEP, _TAX_BASES, _TAX_TAKEN | TOLD_NUMBERS)
    digits = f"{base:09d}"
    digits += _check_digit(digits)
    digits += _check_digit(digits)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def mobile_of(number: int, area_code: str) -> str:
    """Return the person's mobile in digits with the area code: 11 digits, the third a nine."""
    taken = _MOBILES_TAKEN | {told - _FIRST_MOBILE for told in TOLD_NUMBERS}
    return f"{area_code}{_FIRST_MOBILE + _scattered(number, _MOBILE_STEP, _MOBILES, taken)}"


def landline_of(number: int, area_code: str) -> str:
    """Return a household's landline in digits with the area code: 10 digits."""
    place = _scattered(number, _LANDLINE_STEP, _LANDLINES, _LANDLINES_TAKEN)
    return f"{area_code}{_FIRST_LANDLINE + place}"


def code_of(number: int, step: int) -> str:
    """Return eight digits under which a system knows the person; every system has its own step."""
    return f"{_scattered(number, step, _CODES, frozenset()):08d}"


def _scattered(number: int, step: int, size: int, taken: frozenset[int]) -> int:
    """Permute 1 … size - 1 by a step prime to size; walk on from places that are taken."""
    place = number * step % size
    while place in taken:
        place = place * step % size
    return place


def _check_digit(digits: str) -> str:
    """Return the next check digit of a CPF: weights fall to 2, modulo 11, ten counts as zero."""
    total = sum(
        weight * int(digit)
        for weight, digit in zip(range(len(digits) + 1, 1, -1), digits, strict=True)
    )
    return str(-total % 11 % 10)
