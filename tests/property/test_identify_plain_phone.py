"""Do the plans put together say of a plain number what phonenumbers itself says?"""

from __future__ import annotations

from importlib import import_module
from typing import Final

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.identify.normalise.lists.keys import GENERIC_PHRASES, GENERIC_WORDS
from app.identify.normalise.lists.phones import WITHHELD
from app.identify.normalise.plain_phone import PlainLine, plain_line
from app.vocabulary import Identifier, IdentifierType, RawIdentifier

module = import_module("app.identify.normalise.phone")
"""Its name in the package is that of the function."""

PHONE: Final = IdentifierType.PHONE
WHATSAPP: Final = IdentifierType.WHATSAPP
HOME: Final = ("BR", "ES", "MX", "AR", "CL", "CO", "PE", "PT", "US", "")
KINDS: Final = tuple(range(11))
BETWEEN: Final = st.sampled_from(("", "", "", " ", "-", ".", ") ", " (", "--"))
DIGITS: Final = st.text("0123456789", min_size=1, max_size=8)
AHEAD: Final = st.sampled_from(("", "", "", "0", "00", "90", "15", "1", "9", "021", "55", "0055"))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a number near one of some country's, of any kind, written in some way."""
    region = draw(st.sampled_from((*HOME[:-1], *sorted(phonenumbers.SUPPORTED_REGIONS))))
    kind = draw(st.sampled_from(KINDS))
    seed = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert seed is not None
    end = draw(DIGITS)
    national = draw(AHEAD) + phonenumbers.national_significant_number(seed)[: -len(end)] + end
    written = "".join(digit + draw(BETWEEN) for digit in national)
    code = draw(st.sampled_from((f"+{seed.country_code}", f"+{seed.country_code} ", "", "", "(")))
    return code + written


@given(numbers(), st.sampled_from(HOME), st.sampled_from((PHONE, WHATSAPP)))
@example("+5511987654321", "BR", PHONE)
@example("(11) 98765-4321", "BR", PHONE)
@example("11 15-2345-6789", "AR", PHONE)
@example("+52 1 55 1234 5678", "MX", PHONE)
@example("0090 5012345678", "BR", WHATSAPP)
def test_a_plain_number_is_read_as_the_library_reads_it(
    text: str, country: str, kind: IdentifierType
) -> None:
    raw = RawIdentifier(kind, text, None, "")
    assert module.phone(raw, country) == module._deciphered(raw, country)


@pytest.mark.parametrize("text", ["+5511987654321", "+55 (11) 98765-4321", "(11) 98765-4321"])
def test_the_usual_ways_to_write_a_number_are_plain(text: str) -> None:
    """Otherwise the property would hold of nothing."""
    found = plain_line(text, "BR")
    assert found is not None
    assert (found.code, found.national) == (55, "11987654321")


@pytest.mark.parametrize(
    "text",
    ["0800 123 4567", "4004-1234", "011 98765-4321", "+1 212 555 0100", "11 98765-4321 x2", "190"],
)
def test_what_may_mean_more_is_not_plain(text: str) -> None:
    assert plain_line(text, "BR") is None


def test_the_property_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that took every number for a line is found out by a toll-free one."""
    toll_free = RawIdentifier(PHONE, "+558001234567", None, "")
    monkeypatch.setattr(
        module, "plain_line", lambda *_: PlainLine("558001234567", 55, "8001234567")
    )
    taken = module.phone(toll_free, "BR")
    assert isinstance(taken, Identifier)
    assert taken.identifies
    assert taken != module._deciphered(toll_free, "BR")


def test_no_word_for_nobody_is_a_number() -> None:
    """A plain number is not looked up among the words that stand for none."""
    listed = WITHHELD | GENERIC_WORDS | GENERIC_PHRASES
    lines = {each for each in listed if plain_line(each, "BR") or plain_line(f"+{each}", "")}
    assert lines == set()
