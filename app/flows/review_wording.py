"""Why should somebody look?  One sentence a review, from its code and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.flows.resolution_wording import TYPE_WORDING
from app.identify.doubt import DoubtKind
from app.identify.reviews import Review
from app.rules.wording import Wording
from app.vocabulary import IdentifierType, Locale

_WHY: Final[Mapping[DoubtKind, Wording]] = {
    DoubtKind.POSSIBLY_SAME: Wording(
        "Podem ser o mesmo cliente: têm em comum {shared}; {agreement}. Não basta para unir.",
        "Pueden ser el mismo cliente: tienen en común {shared}; {agreement}. No basta para unir.",
        "They may be one customer: they share {shared}; {agreement}. Not enough to join them.",
    ),
    DoubtKind.CONTESTED: Wording(
        "De quem é? Têm em comum {shared}, mas outro cliente tem o mesmo direito; {agreement}.",
        "¿De quién es? Tienen en común {shared}, pero otro cliente tiene igual derecho;"
        " {agreement}.",
        "Whose is it? They share {shared}, but another customer has as good a claim; {agreement}.",
    ),
    DoubtKind.TAX_ID_SLIP: Wording(
        "Os CPFs ou CNPJs diferem por um só dígito, e têm em comum {shared}; {agreement}."
        " Erro de digitação?",
        "Las identificaciones fiscales difieren en un solo dígito, y tienen en común {shared};"
        " {agreement}. ¿Error al teclear?",
        "The tax ids differ by one slip of a digit, and they share {shared}; {agreement}."
        " Mistyped?",
    ),
    DoubtKind.LIMIT_PASSED: Wording(
        "Um só cliente com {count} valores de {type} (o esperado é até {limit}): é uma pessoa só?",
        "Un solo cliente con {count} valores de {type} (se esperan hasta {limit}):"
        " ¿es una sola persona?",
        "One customer with {count} values of {type} (up to {limit} expected): is it one person?",
    ),
    DoubtKind.TAKEN_APART: Wording(
        "{records} cadastros estavam ligados, mais do que um cliente costuma ter ({limit}):"
        " ficaram em {parts} clientes.",
        "{records} fichas estaban enlazadas, más de las que suele tener un cliente ({limit}):"
        " quedaron en {parts} clientes.",
        "{records} records were tied together, more than one customer has ({limit}):"
        " they are {parts} customers now.",
    ),
    DoubtKind.GENERIC_VALUE: Wording(
        "Um mesmo valor de {type} é de gente demais (mais de {limit}):"
        " não identifica mais ninguém.",
        "Un mismo valor de {type} es de demasiada gente (más de {limit}):"
        " ya no identifica a nadie.",
        "One value of {type} belongs to too many people (more than {limit}):"
        " it identifies nobody any more.",
    ),
    DoubtKind.GENERIC_RECORD: Wording(
        "Um cadastro teve nomes de mais de {limit} pessoas: não representa ninguém.",
        "Una ficha tuvo nombres de más de {limit} personas: no representa a nadie.",
        "One record had the names of more than {limit} people: it stands for nobody.",
    ),
    DoubtKind.DENIED: Wording(
        "Um atendente disse que este dado ({type}) não é deste cliente.",
        "Un agente dijo que este dato ({type}) no es de este cliente.",
        "An agent said that this detail ({type}) is not this customer's.",
    ),
}

LEVELS: Final[Mapping[tuple[str, str], Wording]] = {
    ("first_name", "same"): Wording("mesmo primeiro nome", "mismo nombre", "same first name"),
    ("first_name", "near"): Wording(
        "primeiros nomes parecidos", "nombres parecidos", "similar first names"
    ),
    ("first_name", "initial"): Wording(
        "mesma inicial do nome", "misma inicial del nombre", "same initial"
    ),
    ("first_name", "different"): Wording(
        "primeiros nomes diferentes", "nombres diferentes", "different first names"
    ),
    ("first_name", "another_name"): Wording(
        "nomes de pessoas diferentes", "nombres de personas distintas", "names of two people"
    ),
    ("birth_date", "same"): Wording(
        "mesma data de nascimento", "misma fecha de nacimiento", "same birth date"
    ),
    ("birth_date", "near"): Wording(
        "datas de nascimento parecidas", "fechas de nacimiento parecidas", "similar birth dates"
    ),
    ("birth_date", "different"): Wording(
        "datas de nascimento diferentes", "fechas de nacimiento diferentes", "different birth dates"
    ),
    ("birth_date", "of_twins"): Wording(
        "data de nascimento que gêmeos também teriam",
        "fecha de nacimiento que también tendrían dos gemelos",
        "a birth date that twins would share",
    ),
    ("surnames", "same"): Wording("sobrenome em comum", "apellido en común", "a common surname"),
    ("surnames", "different"): Wording(
        "sobrenomes diferentes", "apellidos diferentes", "different surnames"
    ),
    ("surnames", "another_name"): Wording(
        "um dos dois sobrenomes diferente",
        "uno de los dos apellidos diferente",
        "one of both surnames differs",
    ),
    ("suffix", "different"): Wording(
        "Filho, Neto ou Júnior diferente", "sufijo de parentesco diferente", "different suffixes"
    ),
    ("suffix", "one_sided"): Wording(
        "Filho, Neto ou Júnior só em um", "sufijo de parentesco solo en uno", "suffix on one only"
    ),
}

_NO_NAMES: Final = Wording(
    "não há nomes para comparar", "no hay nombres que comparar", "there are no names to compare"
)


def sentence_of(review: Review, locale: Locale) -> str:
    """Return why somebody should look at a review."""
    details = review.details
    values = {name: str(value) for name, value in details.items()}
    if "type" in details:
        values["type"] = _type(details["type"], locale)
    if "shared" in details:
        values["shared"] = ", ".join(_type(kind, locale) for kind in details["shared"])
        values["agreement"] = agreement_text(details, locale)
    return _WHY[review.kind].filled(locale, values)


def agreement_text(details: Mapping[str, Any], locale: Locale) -> str:
    """Return how two persons compare, in words."""
    told = [
        LEVELS[thing, details[thing]].in_locale(locale)
        for thing in ("first_name", "birth_date", "surnames", "suffix")
        if thing in details
    ]
    return ", ".join(told) or _NO_NAMES.in_locale(locale)


def _type(kind: str, locale: Locale) -> str:
    return TYPE_WORDING[IdentifierType(kind)].in_locale(locale)
