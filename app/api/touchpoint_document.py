"""How is a moment of contact asked about, and what does the answer look like?"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from app.api.event_document import MOST_IDENTIFIERS, IdentifierDocument, canonical
from app.api.said_document import SaidDocument
from app.api.wire import Answer, Code, Count, Document, Flag, Moment, Price, Ratio, Text
from app.flows.touchpoint_command import Interaction, TouchpointCommand
from app.identify.telling import Question
from app.vocabulary import Channel, Direction, Locale

MOST_SLOTS: Final = 10
_NOT_FACTS: Final = frozenset({"line", "page", "ivr_node", "products"})


class InteractionDocument(Document):
    """The contact in the words of the system that holds it."""

    source: Code
    id: Text


class LineDocument(Document):
    """The line that was called."""

    dialled: Text | None = None
    purpose: Code | None = None
    caller_pays: Flag | None = None


class ContextDocument(Document):
    """What the channel knows of this moment; what is left out is unknown, never false."""

    line: LineDocument | None = None
    intent: Code | None = None
    page: Text | None = None
    ivr_node: Code | None = None
    products: Annotated[list[Text], Field(max_length=100)] | None = None
    reason_closed: Flag | None = Field(
        default=None, description="the caller's own reason has been dealt with"
    )
    mood: Literal["positive", "neutral", "negative"] | None = None
    selling_consent: Flag | None = Field(default=None, description="agrees to hear an offer now")
    cart_value: Price | None = None
    cart_age_hours: Count | None = None
    cart_in_stock: Flag | None = None
    product_pages_7d: Count | None = None
    store_visit_days_ago: Count | None = None
    order_under_way: Flag | None = None
    order_late: Flag | None = None
    order_pending_payment: Flag | None = None
    order_reserved: Flag | None = None
    order_value: Price | None = None
    payment_reminders: Count | None = None
    payment_overdue: Flag | None = None
    return_pending: Flag | None = None
    cancel_requested: Flag | None = None
    cancel_registered: Flag | None = None
    lead_fit: Ratio | None = None
    lead_intent: Ratio | None = None
    lead_call_requested: Flag | None = None


class SlotDocument(Document):
    """A place where something may be shown."""

    placement: Code


class TouchpointDocument(Document):
    """Who is this, what are they worth, what do we do now?"""

    interaction: InteractionDocument | None = None
    channel: Channel
    direction: Direction = Direction.INBOUND
    identifiers: list[IdentifierDocument] = Field(default_factory=list, max_length=MOST_IDENTIFIERS)
    context: ContextDocument | None = None
    slots: Annotated[list[SlotDocument], Field(min_length=1, max_length=MOST_SLOTS)] | None = None
    said: SaidDocument | None = None
    locale: Locale | None = None
    time: Moment | None = Field(
        default=None, description="a past moment, for replays and simulations; needs `admin`"
    )
    deadline_ms: Annotated[Count, Field(ge=20, le=10_000)] | None = None

    def command(self, locale: Locale) -> TouchpointCommand:
        """Return the question as the flow takes it; ``locale`` holds where the body names none."""
        asked = self.model_dump(exclude={"interaction", "deadline_ms"}, exclude_none=True)
        context = asked.get("context", {})
        line = context.get("line", {})
        facts = {name: value for name, value in context.items() if name not in _NOT_FACTS}
        facts |= {"caller_pays": line["caller_pays"]} if "caller_pays" in line else {}
        facts |= {"line_purpose": line["purpose"]} if "purpose" in line else {}
        return TouchpointCommand(
            interaction=Interaction(self.interaction.source, self.interaction.id)
            if self.interaction
            else None,
            channel=self.channel,
            direction=self.direction,
            identifiers=tuple(item.raw() for item in self.identifiers),
            context=facts,
            slots=tuple(slot.placement for slot in self.slots) if self.slots else ("main",),
            locale=self.locale or locale,
            request=canonical(asked),
            retold=bool(context) or self.said is not None,
            time=self.time,
            details={"context": self._details()},
            said=self.said.answers() if self.said else {},
        )

    def _details(self) -> dict[str, Any]:
        """Return the context as it is kept: amounts as the texts they came as."""
        return self.context.model_dump(mode="json", exclude_none=True) if self.context else {}


class CallerCandidateAnswer(Answer):
    """Somebody it may be, and what to ask to know."""

    id: UUID
    confidence: float
    question: str | None
    asks_for: Question | None = Field(description="where the answer goes in `said`")


class CallerAnswer(Answer):
    """Who it is, how sure, and what may be said to them."""

    state: Literal["known", "unknown", "ambiguous", "shared", "blocked"]
    id: UUID | None
    former_ids: list[UUID]
    confidence: float = Field(ge=0, le=1)
    reason: str
    assurance: Literal["caller_id", "attested", "verified"]
    may_speak_name: bool
    may_disclose: bool
    display_name: str | None
    candidates: list[CallerCandidateAnswer]
    owner: str | None


class ValueAnswer(Answer):
    """What a customer is worth; null where nothing is known yet."""

    r: int | None
    f: int | None
    v: int | None
    segment: str
    abc: Literal["A", "B", "C"] | None
    tier: Literal["most_valuable", "most_growable", "below_zero", "intermediate"] | None
    clv: str | None
    p_alive: float | None
    lifecycle: str | None


class RoutingStepAnswer(Answer):
    """Whom to ring and for how long; the last step is the general queue."""

    agent: str | None
    skill: str | None
    level: int
    expires_s: int | None


class AllowancesAnswer(Answer):
    """What the agent may give without asking."""

    discount_ratio: str
    goodwill: str


class BriefAnswer(Answer):
    """What to know before speaking, and what to leave unsaid, in sentences for the agent."""

    notes: list[str]
    do_not_say: list[str]


class RoutingAnswer(Answer):
    """How the contact is taken."""

    ivr: Literal["skip", "short", "full", "callback"]
    human_option: bool
    legal_priority: bool
    steps: list[RoutingStepAnswer]
    time_credit_s: int
    max_wait_s: int
    overflow: Literal["callback", "voicemail", "digital"]
    hold_content: str
    allowances: AllowancesAnswer
    brief: BriefAnswer
    reasons: list[str] = Field(description="the same notes for a machine")


class SellingAnswer(Answer):
    """Whether anything may be sold now, and why (not)."""

    allowed: bool
    reason: str
    sentence: str


class NotOfferedAnswer(Answer):
    """An action that was not chosen, and the first thing in its way."""

    action: str
    stage: str
    reason: str
    missing: list[str]
    sentence: str


class OfferAnswer(Answer):
    """The terms of what is offered."""

    products: list[str]
    price: str | None
    discount: str | None
    code: str | None
    valid_until: str | None


class DecisionAnswer(Answer):
    """What to do in one slot; null where nothing is worth doing, and ``why`` says so."""

    decision_id: UUID
    placement: str
    action: str | None
    strategy: str | None
    treatment: str | None
    offer: OfferAnswer | None
    script: str | None
    when: Literal["now", "after_reason_closed"] | None
    why: str
    propensity: str | None
    priority: str | None
    nothing: str | None
    ruled_out: list[NotOfferedAnswer]


class QuestionAnswer(Answer):
    """The next best question, and the action it would open."""

    fact: str
    action: str
    sentence: str


class VersionsAnswer(Answer):
    """What has to be the same for the same answer."""

    engine: str
    catalogue: str
    scoring_run: int
    propensities: str


class TouchpointAnswer(Answer):
    """Who is this, what are they worth, what do we do now."""

    touchpoint_id: UUID
    customer: CallerAnswer
    value: ValueAnswer | None
    routing: RoutingAnswer
    selling_allowed: SellingAnswer
    decisions: list[DecisionAnswer]
    question: QuestionAnswer | None
    degraded: list[str]
    versions: VersionsAnswer


class PageDecisionAnswer(Answer):
    """What to show in one slot of a page; null where nothing is."""

    decision_id: UUID
    placement: str
    action: str | None
    treatment: str | None
    offer: OfferAnswer | None
    script: str | None


class OffersAnswer(Answer):
    """What a browser key hears: offers for its own visit, and nothing about the customer."""

    touchpoint_id: UUID
    decisions: list[PageDecisionAnswer]
    degraded: list[str]
