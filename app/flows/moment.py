"""What is one moment of contact, once everything is on the table?  Pure, and all deciding needs."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.differentiate.score import Value, value_of
from app.flows.attestation import ATTESTED, CALLER_ID, Attested
from app.flows.customer_facts import display_name, facts_in_restriction, facts_of, history_of
from app.flows.queries import Snapshot
from app.flows.touchpoint_command import TouchpointCommand
from app.identify.resolve import MatchState, Resolution
from app.interact.contact_policy import CONVERSATIONS
from app.personalise.funnel import Ask, History
from app.vocabulary import (
    Assurance,
    Direction,
    IdentifierKey,
    IdentifierType,
    Locale,
    TouchpointId,
    value_type,
)

SPEAK_NAME_FROM = 0.99
"""Below this match probability nobody is greeted by name: a wrong name tells a secret."""


@value_type()
class Moment:
    """A question with who it is about and all that is known of them.

    ``today`` is the business day it falls on; ``value`` what a known customer is worth, None where
    the use of their data is restricted; ``display_name`` how they want to be called.  They are read
    more than once, and worked out once.
    """

    touchpoint_id: TouchpointId
    command: TouchpointCommand
    who: Resolution
    seen: Snapshot
    at: datetime
    zone: ZoneInfo
    asked_with: tuple[IdentifierKey, ...] = ()
    attested: Attested | None = None
    today: date = field(init=False)
    value: Value | None = field(init=False)
    display_name: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", self.at.astimezone(self.zone).date())
        object.__setattr__(self, "value", self._value())
        object.__setattr__(self, "display_name", display_name(self.seen.profile))

    @property
    def locale(self) -> Locale:
        """Return the language in which people read the answer."""
        return self.command.locale

    @property
    def is_known(self) -> bool:
        """Return whether we know who it is."""
        return self.who.state is MatchState.KNOWN

    def _value(self) -> Value | None:
        if not self.is_known or self.seen.restricted:
            return None
        return value_of(self.seen.numbers, self.seen.run, self.today)

    @property
    def comes_later(self) -> bool:
        """Return whether the caller's own reason has to be dealt with before anything is offered.

        At ring time nobody can know yet that it will be.  So what to offer is decided for that
        moment, and the answer says to wait for it (ADR 11).
        """
        command = self.command
        talks = command.channel in CONVERSATIONS and command.direction is Direction.INBOUND
        return talks and "reason_closed" not in command.context

    @property
    def may_speak_name(self) -> bool:
        """Return whether to greet by name: there is one, sure enough, and on nobody else's line.

        Whoever an agent heard say who they are may be called so.
        """
        customer = self.who.customer
        if customer is None or self.display_name is None:
            return False
        if self.attested is not None:
            return True
        alone = all(evidence.holders <= 1 for evidence in customer.evidence)
        return alone and customer.confidence >= SPEAK_NAME_FROM

    @property
    def is_verified(self) -> bool:
        """Return whether they proved who they are: caller id is no proof, a login is."""
        customer = self.who.customer
        if customer is None:
            return False
        return any(evidence.type is IdentifierType.VISIT for evidence in customer.evidence)

    @property
    def assurance(self) -> str:
        """Return how sure we are that it is they: proven, attested by an agent, or a number."""
        if self.is_verified:
            return Assurance.VERIFIED.value
        return CALLER_ID if self.attested is None else ATTESTED

    @property
    def may_disclose(self) -> bool:
        """Return whether what only they may hear can be said."""
        attested = self.attested is not None and self.attested.may_disclose
        return self.who.customer is not None and (self.is_verified or attested)

    def facts(self) -> dict[str, object]:
        """Return the facts of the customer and of the contact, in the words of the rules."""
        command, value = self.command, self.value
        known = {}
        if value is not None:
            known = facts_of(self.seen, value, command.channel, self.today, self.at)
        elif self.is_known:
            known = facts_in_restriction(self.seen, self.at)
        return {
            **known,
            **command.context,
            **({"reason_closed": True} if self.comes_later else {}),
            "channel": command.channel.value,
            "direction": command.direction.value,
        }

    def history(self) -> History:
        """Return what was offered before and what came of it."""
        return history_of(self.seen)

    def ask(self, company_name: str) -> Ask:
        """Return the question that deciding answers."""
        command = self.command
        return Ask(
            seed=str(self.touchpoint_id),
            at=self.at,
            channel=command.channel,
            direction=command.direction,
            locale=command.locale,
            slots=command.slots,
            local_at=self.at.astimezone(self.zone),
            script_values=self._script_values(company_name),
        )

    def _script_values(self, company_name: str) -> dict[str, str]:
        """Return what fills the placeholders of scripts; a name only if it may be said."""
        values = {"company": company_name}
        name = self.display_name
        if name and self.may_speak_name:
            values["name"] = name.split()[0]
        return values
