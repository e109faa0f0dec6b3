"""Is a record a person's or a company's, and who is only beside a company's number?

A company's tax id is the company's.  Whoever buys for it gives it too, so a record that names a
natural person beside it speaks of that person: a contact person of the company, with a customer of
their own.  Beside, the number says where they work: it joins them with nobody, neither the company
nor a colleague, and keeps them apart from nobody but the company itself.

What a record says of itself decides, whatever other records say: a company whose own record comes
later than its contact persons ends the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from app.identify.evidence import Link, is_company_id
from app.identify.holders import Bearer
from app.identify.names import parse_name
from app.identify.normalise.lists.parties import COMPANY_WORDS
from app.identify.normalise.text import words
from app.identify.rows import Content, Holding
from app.identify.spelling import is_first_name, is_nickname
from app.vocabulary import CustomerId, IdentifierKey, IdentifierType, Party, RecordId

_ACTIVE: Final = "active"


def with_parties(content: Content) -> Content:
    """Return the same content, each record with its party and its links marked where beside."""
    own: dict[RecordId, list[Link]] = defaultdict(list)
    for link in content.links:
        if link.type is IdentifierType.TAX_ID:
            own[link.record_id].append(link)
    parties = {
        record: party
        for record, links in own.items()
        if (party := party_of(content.records[record].bearer, links)) is not Party.UNKNOWN
    }
    if not parties:
        return content
    records = content.records | {
        record: replace(found, bearer=replace(found.bearer, party=parties[record]))
        for record, found in content.records.items()
        if record in parties
    }
    beside = {record for record, party in parties.items() if party is Party.PERSON}
    return Content(records, _marked(content.links, beside), _marked(content.past, beside))


def party_of(bearer: Bearer, tax_ids: Iterable[Link]) -> Party:
    """Return of whom a record speaks, by the tax ids it names and the names it gives.

    Whoever has a person's tax id is a person.  Beside a company's, a person's name makes it a
    person, and nothing or a company's name the company.  Without a tax id nothing is told.
    """
    told = {link.party for link in tax_ids}
    if Party.PERSON in told:
        return Party.PERSON
    if Party.COMPANY not in told:
        return Party.UNKNOWN
    is_person = names_a_person(bearer.name, bearer.social_name, bearer.company_names)
    return Party.PERSON if is_person else Party.COMPANY


def names_a_person(
    name: str | None, social_name: str | None, company_names: Iterable[str] = ()
) -> bool:
    """Tell whether what is said names a natural person, by a name or by a social name.

    Many systems have one field for the name of whoever it is.  A name is a person's when it begins
    with a well-known first name and has no word of companies in it, or when it stands beside a
    company's name and is another.  A birth date says nothing: of a company it is the founding.
    """
    if social_name:
        return True
    said = frozenset(words(name or ""))
    if not said or said & COMPANY_WORDS or any(word.isdecimal() for word in said):
        return False
    first = parse_name(name or "").first
    firms = [firm for each in company_names if (firm := frozenset(words(each)))]
    if any(said <= firm or firm <= said for firm in firms):
        return False
    return bool(first) and (bool(firms) or is_first_name(first) or is_nickname(first))


def whose(holdings: Sequence[Holding]) -> list[Holding]:
    """Return who holds what was asked about, where a company's own things are the company's.

    A company's tax id is answered by the company; by those beside it only while nobody told of
    the company itself, or with something of their own that the company does not hold.  A desk's
    address that a company has is that company's.
    """
    told = {held.key for held in holdings if held.beside or held.state != _ACTIVE}
    if not told:
        return list(holdings)
    owned = [held for held in holdings if held.key in told and _is_own(held)]
    keys = {held.key for held in owned}
    persons = _known_by_more(holdings, {held.customer_id for held in owned})
    return [
        held
        for held in holdings
        if held.key not in keys
        or (held.state == _ACTIVE and (not held.beside or held.customer_id in persons))
    ]


def _is_own(held: Holding) -> bool:
    return held.state == _ACTIVE and not held.beside and not held.anonymous


def _known_by_more(
    holdings: Iterable[Holding], owners: Collection[CustomerId]
) -> frozenset[CustomerId]:
    """Return who holds something asked about that no owner of a company's number holds."""
    holders: dict[IdentifierKey, set[CustomerId]] = defaultdict(set)
    for held in holdings:
        if not held.beside and held.state == _ACTIVE:
            holders[held.key].add(held.customer_id)
    return frozenset().union(*(each for each in holders.values() if each.isdisjoint(owners)))


def _marked(links: Iterable[Link], beside: Collection[RecordId]) -> list[Link]:
    return [
        replace(link, beside=True) if link.record_id in beside and is_company_id(link) else link
        for link in links
    ]
