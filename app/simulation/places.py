"""Where do the customers live, and what follows from it: money, hours, area codes?  Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from app.simulation.names import (
    AMERICAN_MEN,
    AMERICAN_WOMEN,
    BRAZILIAN_MEN,
    BRAZILIAN_WOMEN,
    SPANISH_MEN,
    SPANISH_WOMEN,
    SURNAMES,
    Pool,
)


@dataclass(frozen=True, slots=True)
class City:
    """Where people live: area code, the range of its postal codes, its share of the customers."""

    name: str
    area_code: str
    postal_code_from: int
    postal_code_to: int
    weight: int


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's customers have in common.

    ``rate`` is what one unit of its money is worth to the company, made up and the same for two
    years.  ``postal_digits`` is the length of a postal code.  ``company_form`` ends a firm's name.
    """

    code: str
    currency: str
    rate: Decimal
    zone: ZoneInfo
    erp: str
    women: Pool
    men: Pool
    surnames: Pool
    postal_digits: int
    company_form: str
    sons_suffixes: tuple[str, ...]
    cities: tuple[City, ...]

    def draw_city(self, rng: Random) -> City:
        """Return where a household lives."""
        return rng.choices(self.cities, [city.weight for city in self.cities])[0]

    def draw_postal_code(self, rng: Random, city: City) -> str:
        """Return a postal code of the city, as it is written there."""
        number = rng.randint(city.postal_code_from, city.postal_code_to)
        text = f"{number:0{self.postal_digits}d}"
        return f"{text}-{rng.randrange(0, 1000, 10):03d}" if self.code == "BR" else text


HOME: Final = "BR"
"""Where the company keeps its books: their money and their days."""
HOME_ZONE: Final = ZoneInfo("America/Sao_Paulo")

_AMERICAN: Final = (AMERICAN_WOMEN, AMERICAN_MEN)


def _country(  # noqa: PLR0913, PLR0917 - a row of a table
    code: str,
    currency: str,
    rate: str,
    zone: str,
    erp: str,
    names: tuple[Pool, Pool],
    postal_digits: int,
    company_form: str,
    *cities: City,
    sons_suffixes: tuple[str, ...] = ("",),
) -> Country:
    return Country(
        code=code,
        currency=currency,
        rate=Decimal(rate),
        zone=ZoneInfo(zone),
        erp=f"erp.{erp}",
        women=names[0],
        men=names[1],
        surnames=SURNAMES[code],
        postal_digits=postal_digits,
        company_form=company_form,
        sons_suffixes=sons_suffixes,
        cities=cities,
    )


_ROWS: Final = (
    _country(
        "BR",
        "BRL",
        "1",
        "America/Sao_Paulo",
        "sao-paulo",
        (BRAZILIAN_WOMEN, BRAZILIAN_MEN),
        5,
        "Ltda",
        City("São Paulo", "11", 1000, 5999, 46),
        City("Campinas", "19", 13010, 13139, 12),
        City("Santos", "13", 11010, 11099, 8),
        City("Sorocaba", "15", 18010, 18119, 6),
        City("Rio de Janeiro", "21", 20010, 23799, 11),
        City("Belo Horizonte", "31", 30110, 31999, 7),
        City("Curitiba", "41", 80010, 82999, 6),
        City("Porto Alegre", "51", 90010, 91999, 4),
        sons_suffixes=("Filho", "Júnior", "Jr."),
    ),
    _country(
        "ES",
        "EUR",
        "6.25",
        "Europe/Madrid",
        "madrid",
        (SPANISH_WOMEN, SPANISH_MEN),
        5,
        "S.L.",
        City("Madrid", "91", 28001, 28055, 46),
        City("Barcelona", "93", 8001, 8042, 30),
        City("Valencia", "96", 46001, 46026, 14),
        City("Sevilla", "95", 41001, 41020, 10),
    ),
    _country(
        "MX",
        "MXN",
        "0.29",
        "America/Mexico_City",
        "mexico",
        _AMERICAN,
        5,
        "S.A. de C.V.",
        City("Ciudad de México", "55", 1000, 16999, 60),
        City("Guadalajara", "33", 44100, 44990, 22),
        City("Monterrey", "81", 64000, 64990, 18),
        sons_suffixes=("", "Jr."),
    ),
    _country(
        "AR",
        "ARS",
        "0.0041",
        "America/Argentina/Buenos_Aires",
        "buenos-aires",
        _AMERICAN,
        4,
        "S.R.L.",
        City("Buenos Aires", "11", 1001, 1439, 100),
    ),
    _country(
        "CO",
        "COP",
        "0.0014",
        "America/Bogota",
        "bogota",
        _AMERICAN,
        6,
        "S.A.S.",
        City("Bogotá", "601", 110111, 112041, 62),
        City("Medellín", "604", 50001, 50044, 38),
    ),
    _country(
        "CL",
        "CLP",
        "0.0059",
        "America/Santiago",
        "santiago",
        _AMERICAN,
        7,
        "SpA",
        City("Santiago", "2", 7500000, 8580000, 100),
    ),
    _country(
        "PE",
        "PEN",
        "1.52",
        "America/Lima",
        "lima",
        _AMERICAN,
        5,
        "S.A.C.",
        City("Lima", "1", 15001, 15096, 100),
    ),
)

COUNTRIES: Final[Mapping[str, Country]] = {country.code: country for country in _ROWS}

MIX: Final[Mapping[str, int]] = {"BR": 70, "ES": 10, "MX": 8, "AR": 4, "CO": 3, "CL": 3, "PE": 2}
"""Shares of the customers, unless others are given."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Which neighbourhood lies in which country, in shares that hold for few of them too."""

    shares: Mapping[str, int]

    def country_of(self, neighbourhood: int) -> Country:
        """Return the country; the golden ratio spreads neighbourhoods evenly over the shares."""
        place = (neighbourhood * _GOLDEN + 0.5) % 1.0 * sum(self.shares.values())
        for code, until in zip(self.shares, accumulate(self.shares.values()), strict=True):
            if place < until:
                return COUNTRIES[code]
        return COUNTRIES[HOME]


_GOLDEN: Final = 0.6180339887498949


def read_mix(text: str) -> dict[str, int]:
    """Return shares from ``BR=70,ES=30``; a country alone, ``BR``, has all.

    Raises:
        ValueError: a country we have no names for or that is there twice, or a share that is no
            whole number from 1 on.
    """
    shares: dict[str, int] = {}
    for part in text.split(","):
        code, _, share = part.strip().partition("=")
        if code not in COUNTRIES:
            raise ValueError(f"the countries are {', '.join(COUNTRIES)}")
        if code in shares:
            raise ValueError(f"{code} is there twice")
        shares[code] = int(share or 1) if (share or "1").isdecimal() else 0
        if shares[code] < 1:
            raise ValueError(f"{code}: a share is a whole number from 1 on")
    return shares
