"""How is a catalogue written down?  The shape of its JSON; ``bundle`` judges what it means.

Strict: a field nobody knows is a typing error that would silently do nothing.  Rules and worths are
languages of their own, read by ``rules.parse`` and ``worth.read_worth``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.interact.caps import CapScope
from app.personalise.catalogue import Repeat
from app.personalise.clause import OnUnknown
from app.vocabulary import Channel, Direction, Strategy


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class WordingDocument(_Part):
    """One text in every language."""

    pt_br: Text = Field(alias="pt-BR")
    es: Text
    en: Text


class ClauseDocument(_Part):
    """A named condition of one action."""

    code: Code
    stage: Literal["eligibility", "applicability", "suitability"]
    rule: Any
    on_unknown: OnUnknown
    reason: WordingDocument


class SharedClauseDocument(ClauseDocument):
    """A condition of every action of some strategies."""

    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]


class TreatmentDocument(_Part):
    """One channel and direction; without scripts of its own it uses the action's."""

    channel: Channel
    direction: Direction
    variant: Code | None = None
    contact_cost: Price
    scripts: tuple[WordingDocument, ...] = ()


class PriorDocument(_Part):
    """The expected share of yes, and how many answers that expectation is worth."""

    mean: Annotated[float, Field(gt=0, lt=1)]
    weight: Annotated[float, Field(gt=0, le=10_000)]


class OwnCapDocument(_Part):
    """How often this one action may be offered."""

    limit: Annotated[int, Field(ge=1, le=1_000)]
    window_days: Annotated[int, Field(ge=1, le=3_650)]
    direction: Direction | None = None


class SharedCapDocument(OwnCapDocument):
    """How often anything of one strategy, on one channel or at all may be offered."""

    scope: Literal[CapScope.STRATEGY, CapScope.CHANNEL, CapScope.EVERYTHING]
    subject: str = ""


class OnceAcceptedDocument(_Part):
    """What an acceptance means for the next time."""

    rule: Repeat
    days: Annotated[int, Field(ge=0, le=3_650)] = 0


class ActionDocument(_Part):
    """One action; see ``catalogue.Action``."""

    key: Key
    strategy: Strategy
    group: Code
    purpose: Literal["marketing", "research", "service"]
    name: WordingDocument
    why: WordingDocument
    clauses: Annotated[tuple[ClauseDocument, ...], Field(min_length=1)]
    scripts: tuple[WordingDocument, ...] = ()
    treatments: Annotated[tuple[TreatmentDocument, ...], Field(min_length=1)]
    worth: Any
    incentive: Price
    prior: PriorDocument
    caps: tuple[OwnCapDocument, ...] = ()
    once_accepted: OnceAcceptedDocument


class ContactHoursDocument(_Part):
    """When we may start a contact on a channel, by the customer's clock; Monday is 0."""

    channel: Channel
    weekdays: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(min_length=1)]
    opens: Clock
    closes: Clock


class PolicyDocument(_Part):
    """The rules of restraint that hold for every action."""

    caps: tuple[SharedCapDocument, ...] = ()
    contact_hours: tuple[ContactHoursDocument, ...] = ()
    rejected_pause_days: Annotated[int, Field(ge=1, le=3_650)]
    deferred_pause_days: Annotated[int, Field(ge=1, le=3_650)]


class CatalogueDocument(_Part):
    """A whole catalogue, as it is published and stored."""

    currency: Currency
    policy: PolicyDocument
    shared_clauses: tuple[SharedClauseDocument, ...] = ()
    actions: Annotated[tuple[ActionDocument, ...], Field(min_length=1, max_length=500)]
