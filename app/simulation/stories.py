"""What happens between one person and the company in two years?

Everything here happens before ``today``: what would come later (a refund, the end of a complaint)
has not happened yet, and so some complaints are open and some boletos unpaid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from app.simulation.documents import (
    ERP,
    SHOP,
    Document,
    Order,
    boleto_paid,
    cancelled,
    consent,
    crm_event,
    logged_in,
    moment,
    refunded,
    registered,
    seen,
    signed_up,
    sold,
)
from app.simulation.habits import Habits, draw_habits, fill_basket, purchase_days
from app.simulation.people import Person
from app.simulation.products import PRODUCTS

_OPENS: Final = 9 * 60
_CLOSES: Final = 20 * 60
_SEARCHES: Final = ("café em grãos", "café descafeinado", "presente", "mel", "xícaras", "azeite")
_CALL_TOPICS: Final = ("order_status", "product_question", "invoice", "exchange", "opening_hours")
_COMPLAINT_TOPICS: Final = ("late_delivery", "damaged_product", "wrong_charge", "service")
_CHANNELS: Final = ("whatsapp", "email", "voice", "sms")
_STITCHES: Final = 0.8
_UNSOLVED: Final = 0.08
_GRANTED: Final = 0.62
_ASKED: Final = 0.8


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one person's story with dice of their own."""

    rng: Random
    person: Person
    today: date
    habits: Habits

    def documents(self) -> list[Document]:
        """Return what the three systems wrote down, in the order in which it happened."""
        told = [
            *self._beginnings(),
            *self._trade(),
            *self._visits(),
            *self._care(),
            *self._wishes(),
        ]
        end = moment(self.today, 0).isoformat()
        past = (document for document in told if document["time"] < end)
        return sorted(past, key=lambda document: (document["time"], document["id"]))

    def _minute(self, day: date) -> datetime:
        return moment(day, self.rng.randrange(_OPENS, _CLOSES))

    def _later(self, at: datetime, most_days: int) -> datetime:
        return at + timedelta(minutes=self.rng.randrange(120, most_days * 1440))

    def _some_day(self, since: date) -> date:
        return since + timedelta(days=self.rng.randrange((self.today - since).days))

    def _beginnings(self) -> Iterator[Document]:
        at = moment(self.habits.joined_on, 8 * 60 + self.rng.randrange(50))
        if not self.habits.is_prospect:
            yield registered(self.person, at, self.rng.randrange(3))
        if self.person.account:
            opened = moment(self.habits.online_from, at.hour * 60 + at.minute + 5)
            yield signed_up(self.person, opened, with_phone=self.rng.random() < 0.4)
        elif self.habits.is_prospect:
            data = {"stage": "interested", "fit": "0.5"}
            yield crm_event("lead", f"LEA-{self.person.key}", self.person, at, data)

    def _trade(self) -> Iterator[Document]:
        days = purchase_days(self.rng, self.habits, self.today)
        for number, day in enumerate(days, start=1):
            has_account = bool(self.person.account) and day >= self.habits.online_from
            online = has_account and self.rng.random() < self.habits.online_ratio
            order = self._order(number, day, online=online)
            if online and self.rng.random() < 0.12:
                yield from self._by_boleto(order)
            else:
                yield sold(order, self.person, by="key" if online else self._given())
                yield from self._regret(order)
            if self.rng.random() < 0.05:
                yield self._opinion(order)

    def _given(self) -> str:
        """Return what a customer shows at the till; who shows a number instead of the card."""
        said = self.rng.random()
        if said < 0.08 and self.person.phone:
            return "phone"
        return "tax_id" if said < 0.18 and self.person.tax_id else "key"

    def _order(self, number: int, day: date, *, online: bool) -> Order:
        rng = self.rng
        discounted = rng.random() < 0.15
        lines = fill_basket(rng, self.habits, discount=discounted)
        net = sum(line.net_cents for line in lines)
        return Order(
            id=f"{self.person.key[1:]}{number:03d}",
            at=self._minute(day),
            lines=lines,
            source=SHOP if online else ERP,
            store="WEB" if online else rng.choice(("SP-01", "SP-02", "SP-03")),
            seller="" if online else f"V{rng.randint(1, 14)}",
            method=rng.choices(("pix", "card", "cash"), (4, 5, 0 if online else 2))[0],
            installments=3 if net > 20_000 and rng.random() < 0.5 else 1,
            discount_cents=net // 9 if discounted else 0,
            freight_cents=1_490 if online and net < 15_000 else 0,
        )

    def _by_boleto(self, order: Order) -> Iterator[Document]:
        yield sold(_paid_by_boleto(order), self.person, status="pending")
        if self.rng.random() < 0.85:
            yield boleto_paid(order, self.person, self._later(order.at, 3))

    def _regret(self, order: Order) -> Iterator[Document]:
        die = self.rng.random()
        if die < 0.03:
            yield refunded(order, self.person, self._later(order.at, 14), order.lines[:1])
        elif die < 0.045:
            yield cancelled(order, self.person, self._later(order.at, 2))

    def _opinion(self, order: Order) -> Document:
        score = self.rng.choices(range(11), (2, 1, 1, 1, 2, 4, 5, 10, 18, 22, 34))[0]
        data = {
            "metric": "nps",
            "score": score,
            "refers_to": {"source": order.source, "id": order.event_id},
        }
        at = self._later(order.at, 10)
        return crm_event("feedback", f"NPS-{order.id}", self.person, at, data)

    def _visits(self) -> Iterator[Document]:
        since = self.habits.online_from
        if not self.person.account or since >= self.today:
            return
        for _ in range(min(int(self.rng.expovariate(0.5)), 12)):
            yield from self._visit(
                moment(self._some_day(since), self.rng.randrange(6 * 60, 23 * 60))
            )

    def _visit(self, at: datetime) -> Iterator[Document]:
        visit = f"v-{self.rng.getrandbits(64):016x}"
        for number in range(1, 2 + self.rng.randrange(4)):
            yield seen(visit, at + timedelta(seconds=40 * number), number, self._page())
        if self.rng.random() < 0.45:
            stitch = self.rng.random() < _STITCHES
            yield logged_in(self.person, visit, at + timedelta(seconds=20), stitch=stitch)

    def _page(self) -> Document:
        if self.rng.random() < 0.25:
            return {"page": "/busca", "search": self.rng.choice(_SEARCHES)}
        sku = self.rng.choice(PRODUCTS).sku
        return {"page": f"/produto/{sku}", "products": [sku]}

    def _care(self) -> Iterator[Document]:
        for number in range(int(self.rng.expovariate(2.2))):
            yield self._call(number + 1, self._minute(self._some_day(self.habits.joined_on)))
        if self.rng.random() < 0.05:
            yield from self._complaint(self._minute(self._some_day(self.habits.joined_on)))

    def _call(self, number: int, at: datetime) -> Document:
        name = f"{self.person.key[1:]}{number:02d}"
        data = {
            "interaction_id": f"CALL-{name}",
            "channel": "voice",
            "direction": "inbound",
            "topic": self.rng.choice(_CALL_TOPICS),
            "agent": f"A{self.rng.randint(1, 20)}",
            "queue": "sac",
            "wait_s": int(self.rng.expovariate(1 / 45)),
            "duration_s": 60 + int(self.rng.expovariate(1 / 200)),
            "transfers": int(self.rng.random() < 0.12),
            "abandoned": False,
            "disposition": self.rng.choice(("solved", "solved", "solved", "callback", "escalated")),
            "protocol": f"{at:%Y%m%d}{name}",
        }
        return crm_event("interaction", f"CALL-{name}", self.person, at, data)

    def _complaint(self, at: datetime) -> Iterator[Document]:
        case = {
            "case_id": f"CASE-{self.person.key[1:]}",
            "topic": self.rng.choice(_COMPLAINT_TOPICS),
            "severity": self.rng.choice(("low", "medium", "medium", "high")),
        }
        due_on = (at + timedelta(days=7)).date().isoformat()
        opened = {**case, "status": "opened", "due_on": due_on}
        yield crm_event("complaint", f"{case['case_id']}-1", self.person, at, opened)
        satisfaction = self.rng.choices(range(1, 6), (3, 2, 3, 5, 4))[0]
        closed = {**case, "status": "closed", "satisfaction": satisfaction}
        if self.rng.random() < _UNSOLVED:
            return
        end = self._later(at, 20)
        yield crm_event("complaint", f"{case['case_id']}-2", self.person, end, closed)

    def _wishes(self) -> Iterator[Document]:
        start = moment(self.habits.joined_on, 9 * 60)
        for channel in _CHANNELS[: 1 + self.rng.randrange(3)]:
            if self.rng.random() < _ASKED:
                status = "granted" if self.rng.random() < _GRANTED else "denied"
                yield consent(self.person, start, channel, status)
        if self.rng.random() < 0.1:
            data = {"channel": self.rng.choice(_CHANNELS), "rank": 1}
            at = self._minute(self._some_day(self.habits.joined_on))
            yield crm_event("preference", f"PRE-{self.person.key}", self.person, at, data)


def _paid_by_boleto(order: Order) -> Order:
    return replace(order, method="boleto", installments=1)


def story_of(rng: Random, person: Person, today: date) -> list[Document]:
    """Return everything the company's systems wrote down about a person before today."""
    habits = draw_habits(rng, today, online=bool(person.account))
    return Teller(rng, person, today, habits).documents()
