"""What does a believable company send us?  "Empório Aurora", coffee and food for the house.

A Brazilian retailer, with customers in six more countries if asked for, as its systems tell it, and
the truth about all of it.  Everything is made of the seed, a neighbourhood's number and today's
date: the same three give the same bytes, whatever the company's size, and memory does not grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.simulation.accounts import Registry
from app.simulation.dirt import Cause
from app.simulation.documents import Account, Document, Told, moment, opened
from app.simulation.firms import FirmsTale, tale_of_firm
from app.simulation.habits import Habits, draw_habits, purchase_days
from app.simulation.neighbourhood import NEIGHBOURS, Firm, Neighbourhood, Resident, neighbourhood
from app.simulation.places import COUNTRIES, HOME_ZONE
from app.simulation.protagonist_tales import tale_of
from app.simulation.protagonists import PROTAGONISTS, Protagonist
from app.simulation.stories import Known, Tale, Teller
from app.simulation.trading import Purchases
from app.simulation.truth import Stay, truth_of_firm, truth_of_person
from app.simulation.world import Plan, World

__all__ = ["COMPANY_NAME", "PROTAGONISTS", "Chapter", "Protagonist", "chapters", "simulate"]

COMPANY_NAME: Final = "Empório Aurora"
_AGAIN_AFTER: Final = 0.4
"""Where in the rest of the history a second account is opened."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """All of one customer: events in the order in which they happened, and the lines of truth.

    ``is_person`` is false for a firm, which is a customer beside those asked for.
    """

    key: str
    is_person: bool
    events: list[Document]
    truth: list[Document]


def simulate(plan: Plan) -> Iterator[Chapter]:
    """Yield the company's customers, protagonists first, then neighbourhood by neighbourhood.

    Raises:
        ValueError: fewer customers than protagonists.
    """
    if plan.customers < len(PROTAGONISTS):
        raise ValueError(f"a company here has {len(PROTAGONISTS)} customers or more")
    yield from protagonists(plan)
    for nth in range(neighbourhoods(plan)):
        yield from chapters(plan, nth)


def neighbourhoods(plan: Plan) -> int:
    """Return how many neighbourhoods the crowd lives in; the last may be shown in part."""
    return -(-(plan.customers - len(PROTAGONISTS)) // NEIGHBOURS)


def protagonists(plan: Plan) -> Iterator[Chapter]:
    """Yield the people that the documentation tells of, the same under every seed."""
    world = plan.world()
    for protagonist in PROTAGONISTS.values():
        tale, accounts, joined_on = tale_of(protagonist, plan.today)
        person = protagonist.person
        stay = Stay(joined_on, None)
        truth = truth_of_person(world, person, stay, tale, accounts, person.mobile)
        yield _chapter(world, person.key, tale, truth)


def chapters(plan: Plan, nth: int) -> Iterator[Chapter]:
    """Yield the people and then the firm of one neighbourhood; a function of its number alone."""
    world = plan.world()
    found = neighbourhood(world, nth)
    room = plan.customers - len(PROTAGONISTS) - NEIGHBOURS * nth
    for resident in found.residents[:room]:
        yield _person(world, resident)
    yield _firm(world, found)


def _person(world: World, resident: Resident) -> Chapter:
    person = resident.person
    rng = world.chance.dice("story", person.key)
    habits = draw_habits(rng, *_joins(world, resident), online=bool(person.account))
    known = _known(world, resident, habits)
    tale = Tale([], [], [])
    bought = list(purchase_days(rng, habits, world.today))
    Purchases(rng, world, resident, habits, known, tale).tell([day for day, _ in bought])
    Teller(rng, world, resident, habits, known, tale).tell()
    tale.told += _married(resident, known)
    stay = Stay(habits.joined_on, bought[-1][0] if bought and bought[-1][1] else None)
    phone = resident.mobile_on(world.today)
    truth = truth_of_person(world, person, stay, tale, known.all(), phone)
    return _chapter(world, person.key, tale, truth)


def _joins(world: World, resident: Resident) -> tuple[date, date]:
    """Return between which days somebody becomes a customer: while the number is theirs."""
    return resident.got_on or world.start, resident.gives_up_on or world.today


def _known(world: World, resident: Resident, habits: Habits) -> Known:
    """Return the accounts that are opened before today, prospects in the CRM or the shop alone."""
    person, registry = resident.person, Registry(world, resident)
    joined, online = habits.joined_on, habits.online_from
    again = joined + (world.today - joined) * _AGAIN_AFTER
    twice = world.dirt.strikes(Cause.DUPLICATE_ACCOUNT, person.key)
    has_shop = bool(person.account) and online < world.today
    has_erp = not habits.is_prospect
    return Known(
        erp=registry.erp(joined) if has_erp else None,
        erp_again=registry.erp(again, second=True) if has_erp and twice and not has_shop else None,
        shop=registry.shop(online) if has_shop else None,
        shop_again=registry.shop(max(again, online), second=True) if has_shop and twice else None,
        card=registry.card(joined) if person.card else None,
        buyer=registry.buyer(joined) if person.buyer and has_erp else None,
        contact=registry.contact(joined),
    )


def _married(resident: Resident, known: Known) -> Iterable[Told]:
    """Tell the ERP of a new surname, where it was not opened under it."""
    account, on = known.erp, resident.married_on
    if account is None or on is None or account.opened_on >= on:
        return
    profile = {**account.profile, "name": str(resident.married_name)}
    renamed = Account(account.source, account.key, on, profile)
    zone = COUNTRIES[resident.person.country].zone
    yield opened(renamed, moment(on, 11 * 60, zone), f"CAD-{account.key}-2")


def _firm(world: World, found: Neighbourhood) -> Chapter:
    told: FirmsTale = tale_of_firm(world, found.firm)
    firm: Firm = found.firm
    truth = truth_of_firm(world, firm, told)
    return _chapter(world, firm.key, told.tale, truth, is_person=False)


def _chapter(
    world: World, key: str, tale: Tale, truth: Iterable[Document], *, is_person: bool = True
) -> Chapter:
    """Put the events in order, as many as happened before today."""
    end = moment(world.today, 0, HOME_ZONE)
    past = [told for told in tale.told if told[0] < end]
    past.sort(key=lambda told: (told[0], told[1]["id"]))
    return Chapter(key, is_person, [document for _, document in past], list(truth))
