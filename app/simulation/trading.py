"""What does one customer buy, where, and what becomes of it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from app.simulation.accounts import identifier
from app.simulation.books import Trade
from app.simulation.dirt import Cause
from app.simulation.documents import (
    MARKETPLACE,
    NOBODY,
    SHOP,
    Account,
    Document,
    Order,
    boleto,
    cancelled,
    moment,
    noted,
    refunded,
    sold,
)
from app.simulation.habits import Habits, fill_basket
from app.simulation.neighbourhood import Resident
from app.simulation.numbering import shop_line
from app.simulation.places import COUNTRIES, HOME, Country
from app.simulation.stories import CLOSES, OPENS, Keyless, Known, Tale
from app.simulation.world import World

_STORES: Final = 3
_ON_MARKETPLACE: Final = 0.35
_AT_THE_TILL: Final = 0.3
"""Sales in a shop that are booked by the till, which has no key for anybody, and not the ERP."""
_SHOWS_TAX_ID: Final = 0.55
_BY_BOLETO: Final = 0.12
_PAYS: Final = 0.82
_PAYS_LATE: Final = 0.35
_DISCOUNTED: Final = 0.15
_REFUNDED: Final = 0.03
_CANCELLED: Final = 0.015
_OPINIONS: Final = 0.05
_FREE_FREIGHT: Final = 15_000
_LARGE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Purchases:
    """Tells of one person's trade, with dice of their own."""

    rng: Random
    world: World
    resident: Resident
    habits: Habits
    known: Known
    tale: Tale

    def tell(self, days: list[date]) -> None:
        """Add a purchase on each of these days to the tale."""
        for nth, day in enumerate(days, start=1):
            where = self._where(day)
            where(nth, day)

    @property
    def _country(self) -> Country:
        return COUNTRIES[self.resident.person.country]

    def _where(self, day: date) -> Callable[[int, date], None]:
        shop, buyer = self.known.shop, self.known.buyer
        if buyer is not None and buyer.opened_on <= day and self.rng.random() < _ON_MARKETPLACE:
            return self._on_marketplace
        has_account = shop is not None and shop.opened_on <= day
        if has_account and self.rng.random() < self.habits.online_ratio:
            return self._in_the_shop
        if self.known.erp is None or self.rng.random() < _AT_THE_TILL:
            return self._at_the_till
        return self._by_the_erp

    # ------------------------------------------------------------ where it is bought

    def _on_marketplace(self, nth: int, day: date) -> None:
        account = self.known.buyer
        if account is not None:
            self._take(self._order(nth, day, MARKETPLACE, "MKT"), account.key)

    def _in_the_shop(self, nth: int, day: date) -> None:
        account = self._one_of(nth, day, self.known.shop, self.known.shop_again)
        order = self._order(nth, day, SHOP, "WEB")
        if self._country.code == HOME and self.rng.random() < _BY_BOLETO:
            waiting = replace(order, method="boleto", installments=1, status="pending")
            self._by_boleto(waiting, account.key)
        else:
            self._take(order, account.key)

    def _by_the_erp(self, nth: int, day: date) -> None:
        account = self._one_of(nth, day, self.known.erp, self.known.erp_again)
        self._take(self._order(nth, day, account.source, self._store()), account.key)

    def _one_of(self, nth: int, day: date, first: Account | None, again: Account | None) -> Account:
        """Return the account that is used: of two, either."""
        if first is None:
            raise ValueError("somebody buys where they have no account")
        if again is None or again.opened_on > day:
            return first
        takes_first = self.world.chance.unit("which account", first.key, nth) < 0.5
        return first if takes_first else again

    def _at_the_till(self, nth: int, day: date) -> None:
        """Sell by the till, which notes down what it is shown, or what gets it past asking."""
        store = self._store()
        order = self._order(nth, day, f"till.{store.lower()}", store)
        # Drawn in any case: what goes wrong with one sale must not change the next.
        shows_papers, style = self.rng.random() < _SHOWS_TAX_ID, 1 + self.rng.randrange(2)
        strikes = self.world.dirt.strikes
        if strikes(Cause.DEFAULT_CLIENT, order.source, order.id):
            self._unnamed(order)
        elif strikes(Cause.TILL_PHONE, order.source, order.id):
            line = shop_line(self._country.code, int(store[-1]))
            self._keyless(order, "phone", line.written(0), {Cause.TILL_PHONE})
        elif self.resident.person.tax_id and shows_papers:
            self._keyless(order, "tax_id", self.resident.person.tax_id, set())
        else:
            recycled = self.resident.is_recycled
            phone = self.resident.mobile_on(day)
            is_it = recycled and phone == self.resident.person.mobile
            causes = {Cause.RECYCLED_NUMBER} if is_it else set()
            self._keyless(order, "phone", phone.written(style), causes)

    def _keyless(self, order: Order, kind: str, value: str, causes: set[Cause]) -> None:
        shown = identifier(kind, value, self._country.code, always=kind == "tax_id")
        self.tale.told.append(sold(order, "", list(shown)))
        self.tale.keyless.append(Keyless(order.source, order.event_id, frozenset(causes)))
        self.tale.trades.append(Trade(order, order.at))

    def _unnamed(self, order: Order) -> None:
        self.tale.told.append(sold(order, NOBODY, [], {"name": NOBODY}))
        causes = frozenset({Cause.DEFAULT_CLIENT})
        self.tale.keyless.append(Keyless(order.source, order.event_id, causes))
        self.tale.trades.append(Trade(order, order.at, named=False))

    # ------------------------------------------------------------ what becomes of it

    def _take(self, order: Order, key: str) -> None:
        self.tale.told.append(sold(order, key, []))
        die, trade = self.rng.random(), Trade(order, order.at)
        if die < _REFUNDED:
            at, lines = self._later(order.at, 14), order.lines[:1]
            self.tale.told.append(refunded(order, key, at, lines))
            trade = replace(trade, refunded_at=at, returned=lines)
        elif die < _REFUNDED + _CANCELLED:
            at = self._later(order.at, 2)
            self.tale.told.append(cancelled(order, key, at))
            trade = replace(trade, cancelled_at=at)
        self.tale.trades.append(trade)
        self._opinion(order)

    def _by_boleto(self, order: Order, key: str) -> None:
        """Order now and pay later: within three days, after a reminder, or never."""
        self.tale.told.append(sold(order, key, []))
        paid_at: datetime | None = None
        if self.rng.random() < _PAYS:
            paid_at = self._later(order.at, 3)
        else:
            due_at = order.at + timedelta(days=4)
            self.tale.told.append(boleto(order, key, due_at, "overdue"))
            if self.rng.random() < _PAYS_LATE:
                paid_at = self._later(due_at, 8)
        if paid_at is not None:
            self.tale.told.append(boleto(order, key, paid_at, "paid"))
        self.tale.trades.append(Trade(order, paid_at))

    def _opinion(self, order: Order) -> None:
        account = self.known.main
        if account is None or self.rng.random() >= _OPINIONS:
            return
        score = self.rng.choices(range(11), (2, 1, 1, 1, 2, 4, 5, 10, 18, 22, 34))[0]
        about = {"source": order.source, "id": order.event_id}
        data: Document = {"metric": "nps", "score": score, "refers_to": about}
        at = max(self._later(order.at, 10), moment(account.opened_on, CLOSES))
        self.tale.told.append(noted("feedback", f"NPS-{order.id}", account, at, data))

    # ------------------------------------------------------------ an order

    def _order(self, nth: int, day: date, source: str, store: str) -> Order:
        rng, in_a_shop = self.rng, source not in (SHOP, MARKETPLACE)
        lines = fill_basket(rng, self.habits, day, float(self._country.rate))
        net = sum(line.net_cents for line in lines)
        ours = net * float(self._country.rate)
        return Order(
            id=f"{self.resident.person.number}{nth:03d}",
            at=moment(day, rng.randrange(OPENS, CLOSES), self._country.zone),
            lines=lines,
            source=source,
            country=self._country,
            store=store,
            seller=f"V{rng.randint(1, 14)}" if in_a_shop else "",
            method=rng.choices(("pix", "card", "cash"), (4, 5, 2 if in_a_shop else 0))[0],
            installments=3 if ours > _LARGE and rng.random() < 0.5 else 1,
            discount_cents=net // 9 if rng.random() < _DISCOUNTED else 0,
            freight_cents=0 if in_a_shop or ours > _FREE_FREIGHT else round(net / 10),
        )

    def _store(self) -> str:
        code = "SP" if self._country.code == HOME else self._country.code
        return f"{code}-{1 + self.rng.randrange(_STORES):02d}"

    def _later(self, at: datetime, most_days: int) -> datetime:
        return at + timedelta(minutes=self.rng.randrange(120, most_days * 1440))
