"""What does each source write down about a person, and what goes wrong in it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Final

from app.simulation.dirt import Cause
from app.simulation.documents import CRM, MARKETPLACE, SHOP, Account, Document
from app.simulation.fillers import filler_of
from app.simulation.names import AMERICAN_MEN, AMERICAN_WOMEN, NICKNAMES, Name
from app.simulation.neighbourhood import Resident
from app.simulation.numbering import ACCOUNT_STEP, CODE_STEP, code_of
from app.simulation.places import COUNTRIES, HOME
from app.simulation.typos import misread, neighbouring_key, swapped, without_accents
from app.simulation.world import World

_SECOND_NUMBERS: Final = 30_000_000
"""Where the numbers of second accounts begin, beyond those of first ones."""
_SUFFIX_IS_KEPT: Final = 0.5
_SHOUTS: Final = 0.5
_GIVES_PHONE: Final = 0.4


@dataclass(slots=True)
class Draft:
    """A record while it is being written; each mishap changes it and leaves its name."""

    source: str
    key: str
    name: Name
    text: str = ""
    birth_date: str = ""
    postal_code: str = ""
    tax_id: str = ""
    document: tuple[str, str] = ("", "")
    phone: str = ""
    email: str = ""
    social_name: str = ""
    causes: set[Cause] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Registry:
    """Writes one person down in all the sources that know them."""

    world: World
    resident: Resident

    def erp(self, opened_on: date, *, second: bool = False) -> Account:
        """Return the client of the ERP: papers, address and a telephone, from a form."""
        person, country = self.resident.person, COUNTRIES[self.resident.person.country]
        number = int(person.number) + _SECOND_NUMBERS
        draft = self._draft(
            country.erp, f"C-{code_of(number, CODE_STEP)}" if second else person.code, opened_on
        )
        draft.birth_date, draft.postal_code = person.birth_date.isoformat(), person.postal_code
        draft.tax_id, draft.document = person.tax_id, person.document
        self._line(draft)
        if self.resident.relative_tax_id:
            draft.tax_id = self.resident.relative_tax_id
            draft.causes.add(Cause.WRONG_TAX_ID)
        if second:
            draft.causes.add(Cause.DUPLICATE_ACCOUNT)
        self._mistype(draft, Cause.TYPO_OCR, misread)
        self._fill(draft)
        return self._account(draft, opened_on)

    def shop(self, opened_on: date, *, second: bool = False) -> Account:
        """Return the account of the shop: a mailbox, typed by its owner, seldom a telephone."""
        person, firm = self.resident.person, self.resident.firm
        number = int(person.number) + _SECOND_NUMBERS
        key = f"u-{code_of(number, ACCOUNT_STEP)}" if second else person.account
        draft = self._draft(SHOP, key, opened_on)
        draft.email = person.other_email if second else person.email
        gives = second or self.world.chance.unit("gives phone", person.key) < _GIVES_PHONE
        draft.phone = draft.phone if gives else ""
        if second:
            draft.causes.add(Cause.DUPLICATE_ACCOUNT)
        if firm and not second and self._strikes(Cause.ROLE_EMAIL, draft):
            draft.email = firm.email
        self._nickname(draft)
        self._mistype(draft, Cause.TYPO_KEYBOARD, neighbouring_key)
        return self._account(draft, opened_on)

    def card(self, opened_on: date) -> Account:
        """Return the card of the CRM: how to reach somebody, typed by an agent."""
        person, firm = self.resident.person, self.resident.firm
        draft = self._draft(CRM, person.card, opened_on)
        draft.email = person.email
        self._line(draft)
        if self._strikes(Cause.OTHER_CONTACT, draft):
            draft.phone = self._written(person.other_mobile.written)
            draft.email = person.other_email
        if firm and self._strikes(Cause.RECEPTION_DESK, draft):
            draft.phone = self._written(firm.phone.written)
        self._nickname(draft)
        self._mistype(draft, Cause.TYPO_TRANSPOSITION, swapped)
        self._fill(draft)
        return self._account(draft, opened_on)

    def buyer(self, opened_on: date) -> Account:
        """Return the buyer on the marketplace: an address of the platform's making, mostly."""
        person = self.resident.person
        draft = self._draft(MARKETPLACE, person.buyer, opened_on)
        draft.postal_code, draft.phone = person.postal_code, ""
        draft.email = person.email
        if self.world.chance.unit("papers for the platform", person.key) < _GIVES_PHONE:
            draft.tax_id = person.tax_id
        if self._strikes(Cause.ALIAS_EMAIL, draft):
            alias = self.world.chance.dice("alias", person.key).getrandbits(64)
            draft.email = f"{alias:016x}-{int(person.number) % 10_000}b@ct.vtex.com.br"
        return self._account(draft, opened_on)

    def contact(self, opened_on: date) -> Account | None:
        """Return the card of the same person as a contact of their employer, if there is one."""
        person, firm = self.resident.person, self.resident.firm
        if firm is None or not self.world.dirt.strikes(Cause.COMPANY_CONTACT, person.key):
            return None
        draft = self._draft(CRM, f"{firm.code}-{person.number}", opened_on)
        draft.phone, draft.email = self._written(firm.phone.written), firm.email
        draft.causes.add(Cause.COMPANY_CONTACT)
        account = self._account(draft, opened_on)
        return replace(account, profile={**account.profile, "company_name": firm.name})

    # ------------------------------------------------------------ what every record begins with

    def _draft(self, source: str, key: str, opened_on: date) -> Draft:
        resident = self.resident
        draft = Draft(source, key, resident.person.name)
        draft.phone = self._written(resident.mobile_on(opened_on).written)
        if resident.married_on and resident.married_name and opened_on >= resident.married_on:
            draft.name = resident.married_name
            draft.causes.add(Cause.MARRIAGE)
        self._social_name(draft)
        self._suffix(draft)
        draft.text = str(draft.name)
        return draft

    def _social_name(self, draft: Draft) -> None:
        """Papers keep the name that was given, and mostly say beside it the one that is used."""
        person = self.resident.person
        if not self.world.dirt.strikes(Cause.SOCIAL_NAME, person.key):
            return
        pool = AMERICAN_MEN if person.is_woman else AMERICAN_WOMEN
        chosen = pool.draw(self.world.chance.dice("social name", person.key))
        draft.causes.add(Cause.SOCIAL_NAME)
        if draft.source.startswith("erp."):
            draft.social_name = str(replace(draft.name, given=chosen))
        else:
            draft.name = replace(draft.name, given=chosen)

    def _suffix(self, draft: Draft) -> None:
        if self.resident.line_cause is not Cause.FATHER_AND_SON:
            return
        draft.causes.add(Cause.FATHER_AND_SON)
        if self._unit("suffix", draft) >= _SUFFIX_IS_KEPT:
            draft.name = replace(draft.name, suffix="")

    def _line(self, draft: Draft) -> None:
        line, cause = self.resident.line, self.resident.line_cause
        if line is not None and cause is not None:
            draft.phone = self._written(line.written)
            draft.causes.add(cause)

    # ------------------------------------------------------------ mishaps

    def _nickname(self, draft: Draft) -> None:
        known = NICKNAMES.get(draft.name.first)
        if known and self._strikes(Cause.NICKNAME, draft):
            chosen = self._dice(Cause.NICKNAME, draft).choice(known)
            draft.text = str(replace(draft.name, given=chosen))

    def _mistype(self, draft: Draft, cause: Cause, slip: Callable[[Random, str], str]) -> None:
        """Let one of name, mailbox and telephone come out wrong, most often the name."""
        if not self._strikes(cause, draft):
            return
        rng = self._dice(cause, draft)
        field_name = rng.choices(("text", "email", "phone"), (6, 2, 2))[0]
        before = getattr(draft, field_name)
        local, at, domain = before.partition("@")
        after = slip(rng, local) + at + domain
        if after == before:
            field_name, after = "text", slip(rng, draft.text)
        setattr(draft, field_name, after)

    def _fill(self, draft: Draft) -> None:
        if self._strikes(Cause.PLACEHOLDER, draft):
            rng = self._dice(Cause.PLACEHOLDER, draft)
            names = ("phone", "email", "birth_date", "tax_id")
            given = [name for name in names if getattr(draft, name)]
            chosen = rng.choice(given or ["phone"])
            setattr(draft, chosen, filler_of(rng, chosen, self.resident.person.country))

    def _account(self, draft: Draft, opened_on: date) -> Account:
        if not draft.text.isascii() and self._strikes(Cause.ACCENTS_LOST, draft):
            bare = without_accents(draft.text)
            draft.text = bare.upper() if self._unit("shouts", draft) < _SHOUTS else bare
        if self.resident.is_recycled and draft.phone == self._written(
            self.resident.person.mobile.written
        ):
            draft.causes.add(Cause.RECYCLED_NUMBER)
        return _account(draft, self.resident.person.country, opened_on)

    # ------------------------------------------------------------ chance

    def _strikes(self, cause: Cause, draft: Draft) -> bool:
        struck = self.world.dirt.strikes(cause, draft.source, draft.key)
        if struck:
            draft.causes.add(cause)
        return struck

    def _unit(self, what: str, draft: Draft) -> float:
        return self.world.chance.unit(what, draft.source, draft.key)

    def _dice(self, cause: Cause, draft: Draft) -> Random:
        return self.world.chance.dice("how", cause, draft.source, draft.key)

    def _written(self, written: Callable[[int], str]) -> str:
        return written(int(self.world.chance.unit("hand", self.resident.person.key) * 3))


def _account(draft: Draft, country: str, opened_on: date) -> Account:
    phone = identifier("phone", draft.phone, country)
    email = identifier("email", draft.email)
    profile = {
        "name": draft.text,
        "social_name": draft.social_name,
        "birth_date": draft.birth_date,
        "postal_code": draft.postal_code,
        "country": "" if country == HOME else country,
    }
    scheme, number = draft.document
    return Account(
        source=draft.source,
        key=draft.key,
        opened_on=opened_on,
        profile={name: value for name, value in profile.items() if value},
        told=(
            *identifier("tax_id", draft.tax_id, country, always=True),
            *identifier("document", number, country, scheme=scheme),
            *phone,
            *email,
        ),
        contacts=(*phone, *email),
        causes=frozenset(draft.causes),
    )


def identifier(
    kind: str, value: str, country: str = HOME, scheme: str = "", *, always: bool = False
) -> tuple[Document, ...]:
    """Return an identifier as a document names it, or none where there is no value.

    The country is told where it is not the company's own, and ``always`` of a tax id.
    """
    if not value:
        return ()
    told: Document = {"type": kind, "value": value}
    if country != HOME or always:
        told["country"] = country
    return ({**told, "scheme": scheme} if scheme else told,)
