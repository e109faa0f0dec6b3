"""What is really so?  One line for each record and each keyless event, then one for the person.

``record``   source, record_key           whose record it is
``event``    source, event_id             whose fact it is, where the source had no key for them
``person``   numbers counted by the company's own books, and how likely they say yes to what

Each of the first two names the person, whether that is a person or a company, and the causes: what
went wrong in it, by the names of ``dirt``.  ``named`` is false where nobody could know whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.simulation.accounts import identifier
from app.simulation.books import balance
from app.simulation.dirt import Cause
from app.simulation.documents import Account, Document, moment
from app.simulation.firms import FirmsTale
from app.simulation.neighbourhood import Firm
from app.simulation.numbering import Phone
from app.simulation.people import Person
from app.simulation.places import HOME_ZONE
from app.simulation.propensities import propensities
from app.simulation.stories import Tale
from app.simulation.world import World


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when somebody is a customer; None while they still are."""

    joined_on: date
    left_on: date | None


def truth_of_person(
    world: World, person: Person, stay: Stay, tale: Tale, accounts: Iterable[Account], phone: Phone
) -> Iterator[Document]:
    """Yield the lines of truth about a person; the phone is the one they call from now."""
    yield from _identities(world, person.key, "person", tale, accounts)
    reach = (
        *identifier("phone", phone.written(2), person.country),
        *identifier("email", person.email),
        *identifier("tax_id", person.tax_id, person.country, always=True),
    )
    whose = {"person": person.key, "party": "person", "country": person.country}
    yield _customer(world, whose, stay, tale, reach)


def truth_of_firm(world: World, firm: Firm, told: FirmsTale) -> Iterator[Document]:
    """Yield the lines of truth about a firm."""
    yield from _identities(world, firm.key, "company", told.tale, [told.account])
    reach = identifier("tax_id", firm.tax_id, firm.country, always=True)
    whose = {"person": firm.key, "party": "company", "country": firm.country}
    yield _customer(world, whose, Stay(told.joined_on, told.left_on), told.tale, reach)


def _customer(
    world: World, whose: Document, stay: Stay, tale: Tale, reach: Iterable[Document]
) -> Document:
    is_alive = stay.left_on is None
    return {
        "kind": "person",
        **whose,
        "joined_on": stay.joined_on.isoformat(),
        "left_on": stay.left_on.isoformat() if stay.left_on else None,
        "alive": is_alive,
        **balance(tale.trades, _end(world)),
        "reach": list(reach),
        "propensities": propensities(world.chance, whose["person"], is_alive=is_alive),
    }


def _identities(
    world: World, key: str, party: str, tale: Tale, accounts: Iterable[Account]
) -> Iterator[Document]:
    whose = {"person": key, "party": party}
    end = _end(world)
    for account in accounts:
        if account.opened_on < world.today:
            told = {"kind": "record", "source": account.source, "record_key": account.key}
            yield {**told, **whose, "causes": sorted(account.causes)}
    happened = {(document["source"], document["id"]) for at, document in tale.told if at < end}
    for keyless in tale.keyless:
        if (keyless.source, keyless.id) in happened:
            told = {"kind": "event", "source": keyless.source, "event_id": keyless.id}
            named = {"named": False} if Cause.DEFAULT_CLIENT in keyless.causes else {}
            yield {**told, **whose, "causes": sorted(keyless.causes), **named}


def _end(world: World) -> datetime:
    return moment(world.today, 0, HOME_ZONE)
