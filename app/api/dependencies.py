"""What may a route ask for?  The house, who calls, what time it is, in which language to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request

from app.access.authenticate import Client, KeyRing
from app.access.number_budget import NumberBudget
from app.api.admission.door import Door
from app.api.admission.early import Early
from app.api.edge import Exchange, exchange_of
from app.database.clock import Clock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.desk import Desk
from app.flows.event_reading import Reader
from app.settings import Settings
from app.vocabulary import Locale


@dataclass(frozen=True, slots=True)
class House:
    """What a process opens once and every request uses; made in ``main``."""

    settings: Settings
    database: Database
    clock: Clock
    keyed_hash: KeyedHash
    reader: Reader
    desk: Desk
    key_ring: KeyRing
    door: Door
    early: Early
    number_budget: NumberBudget


def house_of(request: Request) -> House:
    """Return the house that the application was opened with."""
    found: House = request.scope["app"].state.house
    return found


async def _house(request: Request) -> House:
    return house_of(request)


async def _exchange(request: Request) -> Exchange:
    return exchange_of(request.scope)


async def _client(request: Request) -> Client:
    client = exchange_of(request.scope).client
    if client is None:
        raise AssertionError("a public route asks who calls")
    return client


async def _now(request: Request) -> datetime:
    return house_of(request).clock.now()


async def _locale(request: Request) -> Locale:
    ours = Locale(house_of(request).settings.locale)
    wanted = exchange_of(request.scope).fields.get(b"accept-language")
    return ours if wanted is None else locale_among(wanted.decode("latin-1"), ours)


TheHouse = Annotated[House, Depends(_house)]
TheExchange = Annotated[Exchange, Depends(_exchange)]
TheClient = Annotated[Client, Depends(_client)]
Now = Annotated[datetime, Depends(_now)]
TheLocale = Annotated[Locale, Depends(_locale)]
"""The caller's, by ``Accept-Language``; else the deployment's."""

_MOST_RANGES: Final = 10


def locale_among(accept_language: str, default: Locale) -> Locale:
    """Return the language of ours that is wanted most (RFC 9110, 12.5.4)."""
    if not accept_language:
        return default
    best, best_weight = default, 0.0
    for part in accept_language.split(",")[:_MOST_RANGES]:
        wanted, _, parameter = part.partition(";")
        language = wanted.strip().partition("-")[0].lower()
        found = next((ours for ours in Locale if ours.partition("-")[0] == language), None)
        weight = _weight(parameter)
        if found is not None and weight > best_weight:
            best, best_weight = found, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
