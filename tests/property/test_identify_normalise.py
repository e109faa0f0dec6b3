"""Is any text answered, in bounded time, and is normalising twice normalising once?"""

from __future__ import annotations

import time
import unicodedata

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.br import cnpj, cpf

from app.identify.names import fold, parse_name, signature
from app.identify.normalise import Fault, is_generic_record_key, normalise, postal_code
from app.identify.normalise.email import _PLAIN, _parsed, _validated
from app.identify.normalise.keys import is_generic_text
from app.identify.normalise.lists.keys import GENERIC_PHRASES, GENERIC_WORDS
from app.identify.normalise.phone import _brazilian, _digits
from app.identify.normalise.text import caseless, words
from app.identify.spelling import spelling
from app.vocabulary import Faulty, Identifier, IdentifierType, RawIdentifier

COUNTRIES = [
    *(
        "AR",
        "BR",
        "CL",
        "CO",
        "CR",
        "DO",
        "EC",
        "ES",
        "GT",
        "MX",
        "PE",
        "PT",
        "PY",
        "SV",
        "UY",
        "VE",
    ),
    *("US", "XX", "", "1", "br"),
]
AREAS = [
    *(*range(11, 20), 21, 22, 24, 27, 28, *range(31, 36), 37, 38, *range(41, 50)),
    *(51, 53, 54, 55, *range(61, 70), 71, 73, 74, 75, 77, 79, *range(81, 90), *range(91, 100)),
]
DIALLED = "0123456789" * 3 + "+-() ./x#*;:@,<>%B٣\u202a"
WRITTEN = "ABKXZabcxz0123456789" + ".-/ &Ññ_'"
MAILED = "abcnoé.+-_@@" + "xn--ß" + "\u0301İ"

any_text = st.text(st.characters(), max_size=60)  # lone surrogates and control characters too
schemes = st.sampled_from(
    ["", "rg", "curp", "DNI", "nie", "cédula", "dni:AR", "cpf", "nif", "passport"]
)


def valid_cpf(base: int) -> str:
    return next(text for end in range(100) if cpf.is_valid(text := f"{base:09}{end:02}"))


def near_values() -> st.SearchStrategy[str]:
    """Draw texts that look like something: numbers, addresses, and pieces of both."""
    return st.one_of(
        any_text,
        st.text(DIALLED, max_size=24),
        st.text(WRITTEN, max_size=18),
        st.text(MAILED, max_size=20),
        st.builds("{}@{}.{}".format, any_text, st.text(MAILED, max_size=8), st.just("com")),
        st.builds("{}@gmail.com".format, st.text("ab.+-_1", max_size=12)),
        st.integers(0, 10**15).map(str),
        st.integers(0, 10**13).map(lambda n: f"+55{n}"),
        st.integers(1, 10**9 - 1).map(valid_cpf),
        st.text("AZ09", min_size=12, max_size=12).map(lambda b: b + cnpj.calc_check_digits(b)),
    )


raws = st.builds(
    RawIdentifier,
    type=st.sampled_from(IdentifierType),
    value=near_values(),
    country=st.one_of(st.none(), st.sampled_from(COUNTRIES), any_text),
    scope=st.one_of(schemes, any_text),
)


def again(found: Identifier, country: str) -> Identifier | Faulty:
    """Normalise what came out, as a later reader would: the scope tells a tax id's country."""
    named = found.scope if found.type is IdentifierType.TAX_ID else None
    raw = RawIdentifier(found.type, found.value, named, found.scope)
    return normalise(raw, country=country)


@given(raws, st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES))
@example(RawIdentifier(IdentifierType.PHONE, "+55" + "0" * 20), "BR", "ES")
@example(RawIdentifier(IdentifierType.SOCIAL, "@ @ana", scope="X"), "BR", "ES")
@example(RawIdentifier(IdentifierType.LOGIN, "\u0345\u03b1ΐ"), "BR", "ES")
@example(RawIdentifier(IdentifierType.LOGIN, "´1"), "BR", "ES")
@example(RawIdentifier(IdentifierType.SOCIAL, "C¸"), "BR", "ES")
@example(RawIdentifier(IdentifierType.DOCUMENT, "0001", scope="DNI"), "", "AR")
@example(RawIdentifier(IdentifierType.EMAIL, "vendas.sp@gmail.com"), "BR", "ES")
def test_twice_is_once_wherever_it_is_read_again(raw: RawIdentifier, here: str, there: str) -> None:
    found = normalise(raw, country=here)
    if isinstance(found, Faulty):
        assert found.raw is raw
        assert Fault(found.fault)
    else:
        assert again(found, there) == found


@given(raws)
def test_what_comes_out_is_fit_for_a_database_and_a_hash(raw: RawIdentifier) -> None:
    found = normalise(raw, country="BR")
    if isinstance(found, Identifier):
        text = found.scope + found.value
        assert found.value
        assert len(found.value) <= 320
        assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text)
        assert text.encode("utf-8")


@given(
    st.sampled_from(AREAS), st.integers(0, 99_999_999), st.sampled_from(["", "0", "015", "02115"])
)
def test_one_brazilian_mobile_has_one_value_however_dialled(area: int, line: int, way: str) -> None:
    national = f"{area}9{line:08}"
    written = [f"{way}{national}", f"+55{national}", f"({area}) 9{line:08}", f"0055{national}"]
    if (
        line >= 80_000_000 or 60_000_000 <= line < 70_000_000
    ):  # 7… are trunked lines of eight digits
        written += [f"{way}{area}{line:08}", f"+55 {area} {line:08}", f"0055{area}{line:08}"]
    found = [normalise(phone(text), country="BR") for text in written]
    if phonenumbers.is_valid_number(phonenumbers.parse(f"+55{national}")):
        told = {f.fault if isinstance(f, Faulty) else f.value for f in found}
        assert told in ({f"+55{national}"}, {Fault.PLACEHOLDER})


def phone(text: str) -> RawIdentifier:
    return RawIdentifier(IdentifierType.PHONE, text)


@given(st.text("0123456789", max_size=16))
def test_a_repair_never_touches_a_number_that_is_right(digits: str) -> None:
    try:
        line = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return
    found = normalise(phone(f"+{digits}"), country="BR")
    if phonenumbers.is_valid_number(line) and isinstance(found, Identifier):
        written = phonenumbers.format_number(line, phonenumbers.PhoneNumberFormat.E164)
        assert found.value == written


@given(st.text("0123456789", max_size=16))
def test_repairs_are_few(digits: str) -> None:
    assert len(list(_brazilian(digits))) <= 2


@given(near_values())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == folded.strip()
    assert fold(text.swapcase()) == folded or not text.isascii()


@given(near_values())
def test_a_name_gives_one_line_of_signature_and_folded_parts(text: str) -> None:
    name = parse_name(text)
    assert signature(text, None) == (f"{' '.join(name.given[:2])}|" if name.first else "")
    assert "|" not in name.first
    parts = [name.first, *name.middles, *name.surnames, name.suffix]
    assert all(fold(part) == part for part in parts)
    assert parse_name(name.display).first == name.first or len(text) > 200


@given(st.one_of(st.text("abcghklmnpqrstuwyz", max_size=45), near_values()))
def test_spelling_twice_is_spelling_once(text: str) -> None:
    spelt = spelling(fold(text))
    assert spelling(spelt) == spelt
    assert spelt or not fold(text) or set(fold(text)) <= {"h"}


@given(near_values(), st.sampled_from(COUNTRIES))
def test_a_postal_code_twice_is_once(text: str, country: str) -> None:
    code = postal_code(text, country=country)
    assert code is None or postal_code(code, country=country) == code


@pytest.mark.parametrize(
    "piece", ["9", "a", " ", "a\u0301\u0323", "+", "<", "a@", "\u202a", "de ", "1/"]
)
@pytest.mark.parametrize("kind", IdentifierType)
def test_a_megabyte_costs_what_a_line_costs(piece: str, kind: IdentifierType) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    normalise(RawIdentifier(kind, text, text, text), country=text)
    is_generic_record_key(text)
    signature(text, None)
    postal_code(text, country=text)
    assert time.perf_counter() - started < 1  # an uncapped NFKD of this takes many minutes


def test_the_time_limit_would_notice_an_uncapped_parser() -> None:
    text = "a" + "\u0301\u0323" * 10_000  # 2 % of the size above
    started = time.perf_counter()
    unicodedata.normalize("NFKD", text)
    assert time.perf_counter() - started > 0.02


# ---------------------------------------------------------------- short ways that change nothing

mailboxes = st.one_of(
    st.builds("{}@{}".format, st.text("ab1.+-_'", max_size=8), st.text("ab1.-", max_size=9)),
    st.builds("{}@{}.com".format, st.text("ab.+-_1é", max_size=70), st.text("ab-.", max_size=70)),
    st.builds("a@{}.{}".format, st.text(MAILED, max_size=9), st.sampled_from(["br", "test", "1"])),
    st.builds("a@{}".format, st.sampled_from(["localhost", "x.invalid", "xn--a.com", "ab--c.com"])),
    st.builds("{}@{}.com".format, st.just("a" * 180), st.text("b", min_size=60, max_size=80)),
    near_values(),
)


@given(mailboxes)
@example("a" * 250 + "@b.co")
@example("a@" + "b" * 64 + ".com")
def test_a_plain_mailbox_is_read_as_the_library_reads_it(address: str) -> None:
    folded = caseless(address)
    assert _parsed(folded) == _validated(folded)


def test_most_mailboxes_are_plain_and_strange_ones_are_not() -> None:
    assert _PLAIN.fullmatch("ana.souza+nf@example.com.br")
    assert not any(
        map(_PLAIN.fullmatch, ("joão@x.com", '"a b"@x.com', "a..b@x.com", "a@[1.2.3.4]"))
    )


@given(st.one_of(any_text, st.text("aÀ_'´`-1٣ \u0301\u0345\t", max_size=20)))
def test_words_are_runs_of_letters_and_digits(text: str) -> None:
    glued = fold(text).replace("'", "")
    assert words(text) == "".join(c if c.isalnum() else " " for c in glued).split()


@given(st.text("aÀéßıøŁ_'´`1٣ \u0301\u0345\u034f\u0903\u200d\t\x7f", max_size=20))
def test_folding_leaves_no_mark_and_keeps_every_letter(text: str) -> None:
    assert not any(unicodedata.category(c) in {"Mn", "Mc", "Me", "Cf", "Cc"} for c in fold(text))
    assert fold(f"{text}x").endswith("x")


generic_words = sorted({word for phrase in GENERIC_PHRASES for word in phrase.split()} | {"loja"})


@given(st.lists(st.sampled_from(generic_words), max_size=5).map(" ".join))
@example("loja 3 consumidor final")
@example("n a")
def test_a_phrase_of_nobody_is_found_wherever_it_stands(folded: str) -> None:
    within = any(f" {phrase} " in f" {folded} " for phrase in GENERIC_PHRASES)
    assert is_generic_text(folded) == (within or folded in GENERIC_WORDS)


@given(st.text(DIALLED + "０９", max_size=24))
def test_digits_are_those_of_the_library(number: str) -> None:
    assert _digits(number) == phonenumbers.normalize_digits_only(number)
