"""What does an event mean, before the database is asked?  Pure: the same event, the same reading.

Who the fact belongs to is decided here, by what the event itself says:

* a record key names the record, unless it is a generic one ("consumidor final"): then nobody;
* without a key the strongest identifier does, with first name and birth date; but what a third
  party says of nobody's record is about nobody: it never tells who somebody is;
* a visit alone names a record only for facts that need one to hang on; a page view hangs on the
  visit, whose spans tell later whose it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from app.database.keyed_hash import KeyedHash
from app.differentiate.queries import SentMoney
from app.differentiate.trade import TradeFact, TradeKind, TradeStatus
from app.flows.event_command import EventCommand, EventType
from app.flows.event_identifiers import judged, told_back
from app.flows.event_profile import signature_of, with_usable_profile
from app.identify.keys import (
    identifier_key,
    keyed_record,
    keyless_record,
    person_token,
    visit_record,
)
from app.identify.normalise import is_generic_record_key, normalise
from app.identify.rows import NamedIdentifier, RecordEvidence
from app.ledger.queries import EventClaim
from app.problems import Fault, InvalidInput
from app.vocabulary import (
    Assurance,
    Faulty,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Instant,
    RawIdentifier,
    RecordId,
    to_cents,
    value_type,
)

TRADE: Final = {EventType(kind.value): kind for kind in TradeKind}
_HANGS_ON_VISIT: Final = frozenset(
    {EventType.NAVIGATION, EventType.CART, EventType.INTERACTION, EventType.LOGOUT}
)

_UNSURE: Final = frozenset({Assurance.INFERRED, Assurance.ENRICHED})

MOST_OF_ONE: Final = Decimal(10**12)
"""No amount of one event comes to this much in the deployment's currency: an order of a company is
below it in any (here they are 250 million dollars in Colombian pesos), and the columns that add up
hold ten thousand million of them.  What is larger is a slip: an order's number, a rate upside down.
"""

_STORED: Final = ("net", "cost", "discount")

Rates = Mapping[tuple[str, date], Decimal]


@dataclass(frozen=True, slots=True)
class Reader:
    """What a deployment brings to the reading of an event."""

    keyed_hash: KeyedHash
    country: str
    currency: str
    zone: ZoneInfo
    future_tolerance: timedelta

    def event_key(self, source: str, event_id: str) -> bytes:
        """Return the once-for-ever identity of an event."""
        return self.keyed_hash.digest("event", source, event_id)


@value_type()
class ReadEvent:
    """An event with all its keys: whose record it names, when it counts, what is not usable."""

    command: EventCommand
    event_key: bytes
    content_hash: bytes
    person_hash: bytes
    business_on: date
    evidence: RecordEvidence | None
    visit_key: IdentifierKey | None
    ignored: tuple[Fault, ...]
    unusable: tuple[Faulty, ...]
    thread_key: bytes

    @property
    def record_id(self) -> RecordId | None:
        """Return the record the fact hangs on for ever, or None where it names nobody."""
        return None if self.evidence is None else self.evidence.record_id


def read_event(command: EventCommand, reader: Reader, now: datetime) -> ReadEvent:
    """Return the reading of one event.

    Raises:
        InvalidInput: it happened further in the future than clocks differ.
    """
    if command.time.at > now + reader.future_tolerance:
        raise InvalidInput(
            "the event lies in the future",
            code="future-time",
            faults=(Fault("/time", "future-time", "lies further ahead than clocks differ"),),
        )
    business_on = command.time.at.astimezone(reader.zone).date()
    command, says_nothing = with_usable_profile(command, business_on)
    usable, faulty = judged(command.identifiers, reader.country)
    evidence, visit = _evidence(command, usable, reader)
    event_key = reader.event_key(command.source, command.id)
    return ReadEvent(
        command=command,
        event_key=event_key,
        content_hash=reader.keyed_hash.digest("content", command.content),
        person_hash=reader.keyed_hash.digest("person", command.person),
        business_on=business_on,
        evidence=evidence,
        visit_key=None if visit is None else identifier_key(reader.keyed_hash, visit),
        ignored=told_back(faulty, reader.country) + says_nothing,
        unusable=tuple(faulty.values()),
        thread_key=_thread_key(command, event_key, reader),
    )


def _thread_key(command: EventCommand, event_key: bytes, reader: Reader) -> bytes:
    """Return what ties facts of one conversation: a complaint's case, a contact's interaction."""
    data, source = command.data, command.source
    if case := data.get("case_id"):
        return reader.keyed_hash.digest("case", source, case)
    if interaction := data.get("interaction_id"):
        return reader.keyed_hash.digest("interaction", source, interaction)
    return event_key


def about_the_person(
    read: ReadEvent, before: EventClaim, reader: Reader, now: datetime
) -> ReadEvent | None:
    """Return what a repeated event newly says of its person, as a profile fact of now.

    None when it says nothing new.  The fact is known by the event and by what is new, so that the
    same news told again is the same fact; it hangs on the record the event has always had.
    """
    evidence, record_id = read.evidence, before.record_id
    if read.person_hash == before.person_hash or evidence is None or record_id is None:
        return None
    moment = Instant(now, read.command.time.offset_minutes)
    names = tuple(replace(named, seen_at=now) for named in evidence.names)
    return replace(
        read,
        command=replace(read.command, type=EventType.PROFILE, time=moment, data={}),
        event_key=reader.keyed_hash.digest("person of", read.event_key, read.person_hash),
        business_on=now.astimezone(reader.zone).date(),
        evidence=replace(evidence, record_id=record_id, names=names),
        visit_key=None,
    )


def needs_rate(read: ReadEvent, reader: Reader) -> tuple[str, date] | None:
    """Return the (currency, business day) whose rate has to be looked up, if any."""
    currency = read.command.data.get("currency")
    if currency in {None, reader.currency} or read.command.data.get("rate") is not None:
        return None
    return currency, read.business_on


def sent_money(read: ReadEvent, reader: Reader, rates: Rates) -> SentMoney:
    """Return what was sent and the rate that makes it the deployment's currency.

    Raises:
        InvalidInput: a foreign currency came without a rate, and no rate of that day is known: the
            amount would depend on when it is looked at.
    """
    data = read.command.data
    currency = data.get("currency") or reader.currency
    if currency == reader.currency:
        return SentMoney(currency, None, data.get("net"))
    rate = data.get("rate") or rates.get((currency, read.business_on))
    if rate is None:
        raise InvalidInput(
            "an amount in a foreign currency needs its rate",
            code="no-rate",
            faults=(Fault("/data/rate", "no-rate", "say how many base units one unit is worth"),),
        )
    return SentMoney(currency, rate, data.get("net"))


def trade_fact(read: ReadEvent, sent: SentMoney, reader: Reader) -> TradeFact:
    """Return what an event says about an order, in the deployment's currency.

    Raises:
        InvalidInput: an amount comes to ``MOST_OF_ONE`` or more.
    """
    data, source = read.command.data, read.command.source
    order_id, refers = data.get("order_id"), data.get("refers_to")
    status = data.get("status")
    amounts = {name: _base(data.get(name), sent.rate) for name in _STORED}
    _refuse_too_large(amounts)
    return TradeFact(
        event_key=read.event_key,
        kind=TRADE[read.command.type],
        occurred_at=read.command.time.at,
        business_on=read.business_on,
        order_key=reader.keyed_hash.digest("order", source, order_id) if order_id else None,
        refers_key=reader.event_key(refers.get("source") or source, refers["id"])
        if refers
        else None,
        status=None if status is None else TradeStatus(status),
        record_id=read.record_id,
        net=amounts["net"],
        cost=amounts["cost"],
        discount=amounts["discount"],
    )


def _refuse_too_large(amounts: Mapping[str, Decimal | None]) -> None:
    faults = tuple(
        Fault(f"/data/{name}", "amount-too-large", "comes to more than one order can be worth")
        for name, amount in amounts.items()
        if amount is not None and amount >= MOST_OF_ONE
    )
    if faults:
        raise InvalidInput("an amount is too large", code="amount-too-large", faults=faults)


def _base(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
    return amount if amount is None or rate is None else to_cents(amount * rate)


def _evidence(
    command: EventCommand, usable: list[Identifier], reader: Reader
) -> tuple[RecordEvidence | None, Identifier | None]:
    """Return whose record the event names with what it says of it, and the visit it came in."""
    visit = next((found for found in usable if found.type is IdentifierType.VISIT), None)
    names = [found for found in usable if found.type is not IdentifierType.VISIT]
    keyed_hash, source = reader.keyed_hash, command.source
    person = signature_of(command)
    if command.record_key is not None:
        code = _own_code(command.record_key, source)
        if isinstance(code, Faulty) and is_generic_record_key(command.record_key):
            return None, visit
        record = keyed_record(keyed_hash, source, command.record_key)
        names.extend(() if isinstance(code, Faulty) else (code,))
        return _told(record, command, names, person, reader, keyed=True), visit
    if command.type is EventType.PROFILE and command.assurance in _UNSURE:
        return None, visit
    keyless = keyless_record(keyed_hash, source, names, person)
    if keyless is not None:
        return _told(keyless, command, names, person, reader, keyed=False), visit
    if visit is None or command.type in _HANGS_ON_VISIT:
        return None, visit
    record = visit_record(keyed_hash, source, visit)
    return _told(record, command, [visit], person, reader, keyed=False, anonymous=True), visit


def _own_code(record_key: str, source: str) -> Identifier | Faulty:
    """Return the customer code that a record key also is, in its own source.

    No code is a generic key (``normalise``), so that only of what is none it has to be asked.
    """
    raw = RawIdentifier(IdentifierType.CUSTOMER_CODE, record_key, scope=source)
    return normalise(raw, country="")


def _told(
    record: RecordId,
    command: EventCommand,
    names: list[Identifier],
    person: str,
    reader: Reader,
    *,
    keyed: bool,
    anonymous: bool = False,
) -> RecordEvidence:
    seen_at = command.time.at
    named = {identifier_key(reader.keyed_hash, found): found for found in names}
    return RecordEvidence(
        record,
        command.source,
        keyed,
        anonymous,
        tuple(
            [
                NamedIdentifier(key, found, _assurance(found, command), seen_at)
                for key, found in named.items()
            ]
        ),
        person_token(reader.keyed_hash, person),
    )


def _assurance(found: Identifier, command: EventCommand) -> Assurance:
    """Return how far it can be trusted that this identifier is the record's.

    A login proves it.  What a source inferred is no better than what a third party says: a fact,
    and never who somebody is.  A source's own code for a record is its own word in any case.
    """
    if command.type is EventType.LOGIN:
        return Assurance.VERIFIED
    if command.assurance not in _UNSURE:
        return command.assurance
    is_own = found.type is IdentifierType.CUSTOMER_CODE and found.scope == command.source
    return Assurance.DECLARED if is_own else Assurance.ENRICHED
