"""What happens between one person and the company in two years?

Everything here happens before ``today``: what would come later (a refund, the end of a complaint)
has not happened yet, and so some complaints are open and some boletos unpaid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from app.simulation.accounts import identifier
from app.simulation.books import Trade
from app.simulation.dirt import Cause
from app.simulation.documents import (
    SWITCH,
    Account,
    Document,
    Told,
    consent,
    event,
    logged_in,
    moment,
    noted,
    opened,
    seen,
)
from app.simulation.habits import Habits
from app.simulation.neighbourhood import Resident
from app.simulation.places import COUNTRIES, Country
from app.simulation.products import PRODUCTS
from app.simulation.world import World

OPENS: Final = 9 * 60
CLOSES: Final = 20 * 60
_SEARCHES: Final = ("café em grãos", "café descafeinado", "presente", "mel", "xícaras", "azeite")
_CALL_TOPICS: Final = ("order_status", "product_question", "invoice", "exchange", "opening_hours")
_COMPLAINT_TOPICS: Final = ("late_delivery", "damaged_product", "wrong_charge", "service")
_CHANNELS: Final = ("whatsapp", "email", "voice", "sms")
_STITCHES: Final = 0.8
_LOGS_IN: Final = 0.45
_LOOKED_FIRST: Final = 0.5
"""Calls before which the caller looked for an answer in the shop."""
_UNSOLVED: Final = 0.08
_GRANTED: Final = 0.62
_ASKED: Final = 0.8
_AT_HOME: Final = 0.3


@dataclass(frozen=True, slots=True)
class Known:
    """The accounts under which the sources know one person; each may be missing."""

    erp: Account | None = None
    erp_again: Account | None = None
    shop: Account | None = None
    shop_again: Account | None = None
    card: Account | None = None
    buyer: Account | None = None
    contact: Account | None = None

    def all(self) -> Iterator[Account]:
        """Yield those there are."""
        accounts = (self.erp, self.erp_again, self.shop, self.shop_again)
        rest = (self.card, self.buyer, self.contact)
        yield from (account for account in (*accounts, *rest) if account is not None)

    @property
    def main(self) -> Account | None:
        """Return the account that somebody's wishes and complaints are noted down in."""
        return self.card or self.shop or self.erp


@dataclass(frozen=True, slots=True)
class Keyless:
    """An event of a source that has no key for the person, with what went wrong in it."""

    source: str
    id: str
    causes: frozenset[Cause]


@dataclass(slots=True)
class Tale:
    """What is told of one customer, and the truth about it."""

    told: list[Told]
    trades: list[Trade]
    keyless: list[Keyless]


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one person's dealings beside trade, with dice of their own."""

    rng: Random
    world: World
    resident: Resident
    habits: Habits
    known: Known
    tale: Tale

    def tell(self) -> None:
        """Add everything but trade to the tale."""
        self.tale.told += [*self._beginnings(), *self._visits(), *self._wishes()]
        self._care()

    @property
    def _country(self) -> Country:
        return COUNTRIES[self.resident.person.country]

    @property
    def _number(self) -> str:
        return self.resident.person.number

    def _minute(self, day: date) -> datetime:
        return moment(day, self.rng.randrange(OPENS, CLOSES), self._country.zone)

    def _later(self, at: datetime, most_days: int) -> datetime:
        return at + timedelta(minutes=self.rng.randrange(120, most_days * 1440))

    def _some_day(self, since: date) -> date:
        return since + timedelta(days=self.rng.randrange(max((self.world.today - since).days, 1)))

    # ------------------------------------------------------------ beginnings

    def _beginnings(self) -> Iterator[Told]:
        minute = 8 * 60 + self.rng.randrange(50)
        for place, account in enumerate(self.known.all()):
            at = moment(account.opened_on, minute + 2 * place, self._country.zone)
            yield opened(account, at)
        card = self.known.card
        if self.habits.is_prospect and card is not None:
            at = moment(card.opened_on, minute + 9, self._country.zone)
            yield noted("lead", f"LEA-P{self._number}", card, at, self._interest())

    def _interest(self) -> Document:
        return {"stage": "interested", "fit": "0.5", "intent": f"0.{self.rng.randint(1, 9)}"}

    # ------------------------------------------------------------ visits

    def _visits(self) -> Iterator[Told]:
        account = self.known.shop
        if account is None or account.opened_on >= self.world.today:
            return
        for _ in range(min(int(self.rng.expovariate(0.5)), 12)):
            day = self._some_day(account.opened_on)
            minute = self.rng.randrange(6 * 60, 23 * 60)
            yield from self._visit(account, moment(day, minute, self._country.zone))

    def _visit(self, account: Account, at: datetime) -> Iterator[Told]:
        visit = f"v-{self.rng.getrandbits(64):016x}"
        for number in range(1, 2 + self.rng.randrange(4)):
            yield seen(visit, at + timedelta(seconds=40 * number), number, self._page())
        if self.rng.random() < _LOGS_IN:
            stitch = self.rng.random() < _STITCHES
            yield logged_in(account, visit, at + timedelta(seconds=20), stitch=stitch)

    def _page(self) -> Document:
        if self.rng.random() < 0.25:
            return {"page": "/busca", "search": self.rng.choice(_SEARCHES)}
        sku = self.rng.choice(PRODUCTS).sku
        return {"page": f"/produto/{sku}", "products": [sku]}

    # ------------------------------------------------------------ calls and complaints

    def _care(self) -> None:
        for number in range(int(self.rng.expovariate(1.1))):
            at = self._minute(self._some_day(self.habits.joined_on))
            self._call(number + 1, at)
        if self.rng.random() < 0.05 and (account := self.known.main):
            since = max(account.opened_on, self.habits.joined_on)
            self.tale.told += self._complaint(account, self._minute(self._some_day(since)))

    def _call(self, nth: int, at: datetime) -> None:
        name, account = f"{self._number}{nth:02d}", self.known.shop
        if account and account.opened_on < at.date() and self.rng.random() < _LOOKED_FIRST:
            looked_at = at - timedelta(minutes=self.rng.randrange(5, 40))
            self.tale.told += self._visit(account, looked_at)
        data = self._talk(name, at)
        card = self.known.card
        if card is not None and card.opened_on <= at.date():
            self.tale.told.append(noted("interaction", f"CALL-{name}", card, at, data))
        else:
            self._rings(name, at, data)

    def _rings(self, name: str, at: datetime, data: Document) -> None:
        """Tell of a call that the switch knows by its number alone, mobile or at home."""
        line, cause = self.resident.line, self.resident.line_cause
        causes: set[Cause] = set()
        phone, is_at_home = self.resident.mobile_on(at.date()), self.rng.random() < _AT_HOME
        if line is not None and cause is not None and is_at_home:
            phone, causes = line, {cause}
        elif self.resident.is_recycled and phone == self.resident.person.mobile:
            causes = {Cause.RECYCLED_NUMBER}
        shown = list(identifier("phone", phone.written(2), self._country.code))
        told = event("interaction", SWITCH, f"CALL-{name}", at, identifiers=shown, data=data)
        self.tale.told.append(told)
        self.tale.keyless.append(Keyless(SWITCH, f"CALL-{name}", frozenset(causes)))

    def _talk(self, name: str, at: datetime) -> Document:
        rng = self.rng
        return {
            "interaction_id": f"CALL-{name}",
            "channel": "voice",
            "direction": "inbound",
            "topic": rng.choice(_CALL_TOPICS),
            "agent": f"A{rng.randint(1, 20)}",
            "queue": "sac",
            "wait_s": int(rng.expovariate(1 / 45)),
            "duration_s": 60 + int(rng.expovariate(1 / 200)),
            "transfers": int(rng.random() < 0.12),
            "abandoned": False,
            "disposition": rng.choice(("solved", "solved", "solved", "callback", "escalated")),
            "protocol": f"{at:%Y%m%d}{name}",
        }

    def _complaint(self, account: Account, at: datetime) -> Iterator[Told]:
        case = {
            "case_id": f"CASE-{self._number}",
            "topic": self.rng.choice(_COMPLAINT_TOPICS),
            "severity": self.rng.choice(("low", "medium", "medium", "high")),
        }
        due_on = (at + timedelta(days=7)).date().isoformat()
        opening = {**case, "status": "opened", "due_on": due_on}
        yield noted("complaint", f"{case['case_id']}-1", account, at, opening)
        satisfaction = self.rng.choices(range(1, 6), (3, 2, 3, 5, 4))[0]
        closing = {**case, "status": "closed", "satisfaction": satisfaction}
        if self.rng.random() < _UNSOLVED:
            return
        yield noted("complaint", f"{case['case_id']}-2", account, self._later(at, 20), closing)

    # ------------------------------------------------------------ wishes

    def _wishes(self) -> Iterator[Told]:
        account = self.known.main
        if account is None:
            return
        start = moment(account.opened_on, 9 * 60, self._country.zone)
        for channel in _CHANNELS[: 1 + self.rng.randrange(3)]:
            if self.rng.random() < _ASKED:
                status = "granted" if self.rng.random() < _GRANTED else "denied"
                yield consent(self._number, account, start, channel, status)
        if self.rng.random() < 0.1:
            data = {"channel": self.rng.choice(_CHANNELS), "rank": 1}
            at = self._minute(self._some_day(account.opened_on))
            yield noted("preference", f"PRE-P{self._number}", account, at, data)
