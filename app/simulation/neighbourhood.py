"""Who lives with whom, works where, and whose number did they get?

The company's customers live in neighbourhoods of thirty-two.  All that ties people together
happens inside one: households, the firm that some work for, a number that changes hands.  So a
neighbourhood is known from the seed and its own number, and ten million people need no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from app.simulation.dirt import Cause
from app.simulation.names import Name
from app.simulation.numbering import Phone, code_of, landline
from app.simulation.papers import firm_tax_id, plain
from app.simulation.people import Person, Sketch, draw_person
from app.simulation.places import City, Country
from app.simulation.world import World

NEIGHBOURS: Final = 32
FIRST_NUMBER: Final = 1001
_EMPLOYEES: Final = 12
"""The first so many work for the neighbourhood's firm."""
_GIVE_UP: Final = 8
"""The first so many may give up their number; who lives sixteen doors further may get it."""
_DOORS: Final = 16

_SIZES: Final = (1, 2, 3, 4, 5)
_SIZE_WEIGHTS: Final = (52, 26, 12, 7, 3)
_HEAD_IS_WOMAN: Final = 0.45
_IS_COUPLE: Final = 0.75
_SECOND_NAME: Final = 0.35
_PARENTS: Final = (1946, 1972)
_CHILDREN: Final = (1976, 2006)
_ADULTS: Final = (1946, 2004)
_TRADES: Final = ("Padaria", "Café", "Hotel", "Mercado", "Clínica", "Studio", "Bistro", "Office")
_FIRM_STEP: Final = 27_182_819


@dataclass(frozen=True, slots=True)
class Firm:
    """A company that buys; its desk has one telephone and one mailbox for everybody."""

    key: str
    country: str
    name: str
    trade_name: str
    tax_id: str
    postal_code: str
    phone: Phone
    email: str
    code: str

    @property
    def number(self) -> str:
        """Return the number in the key, to make ids of."""
        return self.key[1:]


@dataclass(frozen=True, slots=True)
class Resident:
    """A person with what ties them to others; each field is empty where nothing does.

    ``line`` is the landline they give as theirs, ``gives_up_on`` the day from which their mobile is
    no longer theirs, ``got_on`` the day from which it is, having been another's.
    """

    person: Person
    line: Phone | None = None
    line_cause: Cause | None = None
    relative_tax_id: str = ""
    married_on: date | None = None
    married_name: Name | None = None
    gives_up_on: date | None = None
    got_on: date | None = None
    firm: Firm | None = None

    @property
    def is_recycled(self) -> bool:
        """Return whether their first mobile was, or will be, another's."""
        return self.gives_up_on is not None or self.got_on is not None

    def mobile_on(self, day: date) -> Phone:
        """Return the mobile that is theirs on a day."""
        gone = self.gives_up_on is not None and day >= self.gives_up_on
        return self.person.other_mobile if gone else self.person.mobile


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """People who may meet, and the firm among them."""

    country: Country
    firm: Firm
    residents: tuple[Resident, ...]


def neighbourhood(world: World, nth: int) -> Neighbourhood:
    """Return the nth neighbourhood, counted from 0."""
    country, first = world.mix.country_of(nth), FIRST_NUMBER + NEIGHBOURS * nth
    rng = world.chance.dice("neighbourhood", nth)
    city = country.draw_city(rng)
    firm = _firm(rng, nth, country, city)
    residents: list[Resident] = []
    while (room := NEIGHBOURS - len(residents)) > 0:
        residents += _household(world, country, city, first + len(residents), room)
    return Neighbourhood(country, firm, tuple(_tied(world, residents, firm)))


def _firm(rng: Random, nth: int, country: Country, city: City) -> Firm:
    surname = country.surnames.draw(rng)
    trade_name = f"{rng.choice(_TRADES)} {surname}"
    last = FIRST_NUMBER + NEIGHBOURS * (nth + 1) - 1
    desk = "contato" if country.code == "BR" else "contacto"
    slug = plain(trade_name).replace(" ", "-")
    return Firm(
        key=f"F{nth + 1:08d}",
        country=country.code,
        name=f"{trade_name} {country.company_form}",
        trade_name=trade_name,
        tax_id=firm_tax_id(country.code, nth + 1),
        postal_code=country.draw_postal_code(rng, city),
        # Whoever lives behind the last door lives alone and needs no landline: its number is free.
        phone=landline(last, country.code, city.area_code),
        email=f"{desk}@{slug}-{nth + 1}.example",
        code=f"E-{code_of(nth + 1, _FIRM_STEP)}",
    )


# ---------------------------------------------------------------- households


def _household(world: World, country: Country, city: City, first: int, room: int) -> list[Resident]:
    """Return one to five people who live together, as many as there is room for."""
    rng = world.chance.dice("household", first)
    size = min(rng.choices(_SIZES, _SIZE_WEIGHTS)[0], room)
    postal = country.draw_postal_code(rng, city)
    sketches = list(_members(rng, country, first, size))
    alike = _father_and_son(world, sketches)
    if alike:
        sketches[alike[1]] = _named_after(world, country, *(sketches[place] for place in alike))
    people = [
        draw_person(world.chance.dice("person", s.number), s, country, city, postal)
        for s in sketches
    ]
    residents = [_resident(world, people, place) for place in range(size)]
    if size > 1:
        line = landline(first, country.code, city.area_code)
        shares = world.dirt.strikes(Cause.HOUSEHOLD_LINE, first)
        residents = _with_line(residents, (0, 1) if shares else (), line, Cause.HOUSEHOLD_LINE)
        residents = _with_line(residents, alike, line, Cause.FATHER_AND_SON)
        if not sketches[1].is_child and country.code == "BR":
            residents[1] = _marrying(world, residents[1], people[0].name)
    return residents


def _members(rng: Random, country: Country, first: int, size: int) -> Iterator[Sketch]:
    is_couple = size > 1 and rng.random() < _IS_COUPLE
    has_children = size > (2 if is_couple else 1)
    born = _PARENTS if has_children else _ADULTS
    is_woman = rng.random() < _HEAD_IS_WOMAN
    head = Name(_given(rng, country, is_woman=is_woman), _surnames(rng, country))
    yield Sketch(first, head, is_woman, *born)
    other = Name(_given(rng, country, is_woman=not is_woman), _surnames(rng, country))
    if is_couple:
        yield Sketch(first + 1, other, not is_woman, *born)
    father, mother = (other, head) if is_woman else (head, other)
    for place in range(2 if is_couple else 1, size):
        of_women = rng.random() < 0.5
        name = Name(_given(rng, country, is_woman=of_women), _inherited(country, father, mother))
        yield Sketch(first + place, name, of_women, *_CHILDREN, is_child=True)


def _given(rng: Random, country: Country, *, is_woman: bool) -> str:
    pool = country.women if is_woman else country.men
    first, second = pool.draw(rng), pool.draw(rng)
    return f"{first} {second}" if rng.random() < _SECOND_NAME and first != second else first


def _surnames(rng: Random, country: Country) -> tuple[str, str]:
    return country.surnames.draw(rng), country.surnames.draw(rng)


def _inherited(country: Country, father: Name, mother: Name) -> tuple[str, str]:
    """Return a child's surnames: Brazil puts the mother's first and hands on the last."""
    if country.code == "BR":
        return mother.family[-1], father.family[-1]
    return father.family[0], mother.family[0]


# ---------------------------------------------------------------- what ties them


def _resident(world: World, people: list[Person], place: int) -> Resident:
    person = people[place]
    if len(people) == 1:
        return Resident(person)
    relative = people[0 if place else 1].tax_id
    takes = bool(relative) and world.dirt.strikes(Cause.WRONG_TAX_ID, person.key)
    return Resident(person, relative_tax_id=relative if takes else "")


def _with_line(
    residents: list[Resident], places: tuple[int, ...], line: Phone, cause: Cause
) -> list[Resident]:
    return [
        replace(resident, line=line, line_cause=cause) if place in places else resident
        for place, resident in enumerate(residents)
    ]


def _father_and_son(world: World, sketches: list[Sketch]) -> tuple[int, ...]:
    """Return the places of a father and the first son named like him; empty if nobody is."""
    men = [place for place, sketch in enumerate(sketches) if not sketch.is_woman]
    father = next((place for place in men if not sketches[place].is_child), None)
    son = next((place for place in men if sketches[place].is_child), None)
    if father is None or son is None:
        return ()
    alike = world.dirt.strikes(Cause.FATHER_AND_SON, sketches[son].number)
    return (father, son) if alike else ()


def _named_after(world: World, country: Country, father: Sketch, son: Sketch) -> Sketch:
    suffix = world.chance.dice("suffix", son.number).choice(country.sons_suffixes)
    family = father.name.family if country.code == "BR" else son.name.family
    return replace(son, name=Name(father.name.given, family, suffix))


def _marrying(world: World, resident: Resident, spouse: Name) -> Resident:
    person = resident.person
    if not world.dirt.strikes(Cause.MARRIAGE, person.key):
        return resident
    part = 0.3 + 0.6 * world.chance.unit("married", person.key)
    name = replace(person.name, family=(person.name.family[-1], spouse.family[-1]))
    return replace(resident, married_on=world.day_at(part), married_name=name)


def _tied(world: World, residents: list[Resident], firm: Firm) -> Iterator[Resident]:
    for place, resident in enumerate(residents):
        tied = replace(resident, firm=firm) if place < _EMPLOYEES else resident
        if place < _GIVE_UP and (changed := _changes_hands(world, resident)):
            yield replace(tied, gives_up_on=changed[0])
        elif _DOORS <= place < _DOORS + _GIVE_UP:
            before = residents[place - _DOORS]
            changed = _changes_hands(world, before)
            yield _taken_over(tied, before, changed[1]) if changed else tied
        else:
            yield tied


def _changes_hands(world: World, holder: Resident) -> tuple[date, date] | None:
    """Return when a number is given up and when somebody else has it, a quarter of the time on."""
    key = holder.person.key
    if not world.dirt.strikes(Cause.RECYCLED_NUMBER, key):
        return None
    until = 0.1 + 0.3 * world.chance.unit("given up", key)
    quiet = 0.25 + 0.08 * world.chance.unit("quiet", key)
    return world.day_at(until), world.day_at(until + quiet)


def _taken_over(resident: Resident, before: Resident, got_on: date) -> Resident:
    person = replace(resident.person, mobile=before.person.mobile)
    return replace(resident, person=person, got_on=got_on)
