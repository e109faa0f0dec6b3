"""What may an event say?  One class a type of ``data``; ``docs/events.md`` says what each means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from app.api.wire import (
    Code,
    Count,
    Currency,
    Day,
    Document,
    Flag,
    LongText,
    Moment,
    Money,
    Price,
    Quantity,
    Rate,
    Ratio,
    Text,
)
from app.flows.event_command import EventType
from app.vocabulary import Channel, Direction

MOST_LINES: Final = 500


class Reference(Document):
    """Another event, by the id its source gave it."""

    source: Code | None = None
    id: Text


class SaleLine(Document):
    """One line of an order."""

    sku: Text
    category: Code | None = None
    name: Text | None = None
    quantity: Quantity
    net: Money
    discount: Price | None = None
    cost: Price | None = None


class Payment(Document):
    """How a sale is paid."""

    method: Code
    installments: Count | None = None


class Amounts(Document):
    """Money as its sender counts it; a foreign currency needs its rate."""

    currency: Currency | None = None
    rate: Rate | None = None
    cost: Price | None = None
    discount: Price | None = None
    freight: Price | None = None


class SaleData(Amounts):
    """An order that was placed, paid or withdrawn."""

    order_id: Text | None = None
    status: Literal["pending", "paid", "cancelled"] = "paid"
    net: Price
    store: Code | None = None
    seller: Code | None = None
    payment: Payment | None = None
    lines: Annotated[list[SaleLine], Field(max_length=MOST_LINES)] | None = None


class RefundData(Amounts):
    """Money given back; ``net`` is the amount, not below zero."""

    refers_to: Reference | None = None
    order_id: Text | None = None
    net: Price
    reason: Text | None = None
    lines: Annotated[list[SaleLine], Field(max_length=MOST_LINES)] | None = None


class CancellationData(Amounts):
    """An order that never was; it says which, or it could mean nothing."""

    refers_to: Reference | None = None
    order_id: Text | None = None
    net: Price | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.refers_to is None and self.order_id is None:
            raise ValueError("say which sale: refers_to or order_id")
        return self


class PaymentData(CancellationData):
    """What became of the payment of an order."""

    status: Literal["paid", "overdue", "failed"]
    due_on: Day | None = None
    method: Code | None = None


class InteractionData(Document):
    """A contact that took place elsewhere."""

    interaction_id: Text | None = None
    channel: Channel
    direction: Direction = Direction.INBOUND
    topic: Text | None = None
    agent: Code | None = None
    queue: Code | None = None
    wait_s: Count | None = None
    duration_s: Count | None = None
    transfers: Count | None = None
    abandoned: Flag | None = None
    disposition: Text | None = None
    protocol: Text | None = None


class NavigationData(Document):
    """A page, an IVR node, a product looked at, a search."""

    channel: Channel | None = None
    page: Text | None = None
    ivr_node: Code | None = None
    products: Annotated[list[Text], Field(max_length=MOST_LINES)] | None = None
    category: Code | None = None
    search: Text | None = None


class CartData(Document):
    """What lies in a basket."""

    state: Literal["open", "abandoned", "converted", "emptied"] = "open"
    currency: Currency | None = None
    net: Price | None = None
    lines: Annotated[list[SaleLine], Field(max_length=MOST_LINES)] | None = None


class ComplaintData(Document):
    """A step in the life of a complaint."""

    case_id: Text
    status: Literal["opened", "assigned", "closed"]
    topic: Text | None = None
    severity: Code | None = None
    due_on: Day | None = None
    satisfaction: Annotated[Count, Field(ge=1, le=5)] | None = None
    body: Text | None = None
    channel: Channel | None = None


class FeedbackData(Document):
    """What somebody thinks of us."""

    metric: Literal["nps", "csat", "effort"] | None = None
    score: Annotated[Count, Field(ge=0, le=10)] | None = None
    refers_to: Reference | None = None
    irritation: Annotated[Count, Field(ge=0, le=10)] | None = None
    referral: Literal["given", "taken"] | None = None
    comment: LongText | None = None


class ConsentData(Document):
    """A yes or a no to a purpose."""

    purpose: Code
    channel: Channel | None = None
    status: Literal["granted", "denied", "withdrawn"]
    legal_basis: Code | None = None
    text_version: Code | None = None
    proof: Text | None = None
    expires_at: Moment | None = None


class Hours(Document):
    """A stretch of the local day."""

    opens: Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
    closes: Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]


class PreferenceData(Document):
    """How somebody wants to be spoken to."""

    channel: Channel | None = None
    rank: Annotated[Count, Field(ge=1, le=20)] | None = None
    never: Flag | None = None
    hours: Hours | None = None
    language: Code | None = None
    human_first: Flag | None = None


class ProfileData(Document):
    """Nothing more: what is told stands in ``profile`` and ``identifiers``."""


class LoginData(Document):
    """A verified identifier meets a visit."""

    stitch: Flag | None = None
    method: Code | None = None


class ContractData(Document):
    """An agreement that runs."""

    contract_id: Text
    plan: Code | None = None
    status: Code | None = None
    start_on: Day | None = None
    renewal_on: Day | None = None
    end_on: Day | None = None
    currency: Currency | None = None
    value: Price | None = None


class CostData(Document):
    """What serving somebody cost."""

    activity: Code
    count: Count = 1
    currency: Currency | None = None
    amount: Price | None = None


class WalletData(Document):
    """What somebody says they spend elsewhere."""

    category: Code | None = None
    currency: Currency | None = None
    monthly: Price | None = None
    share_ratio: Ratio | None = None


class LeadData(Document):
    """How far a prospect has come."""

    stage: Code
    fit: Ratio | None = None
    intent: Ratio | None = None
    owner: Code | None = None
    call_requested: Flag | None = None


DATA_OF: Final[Mapping[EventType, type[Document]]] = {
    EventType.SALE: SaleData,
    EventType.REFUND: RefundData,
    EventType.CANCELLATION: CancellationData,
    EventType.PAYMENT: PaymentData,
    EventType.INTERACTION: InteractionData,
    EventType.NAVIGATION: NavigationData,
    EventType.CART: CartData,
    EventType.COMPLAINT: ComplaintData,
    EventType.FEEDBACK: FeedbackData,
    EventType.CONSENT: ConsentData,
    EventType.PREFERENCE: PreferenceData,
    EventType.PROFILE: ProfileData,
    EventType.LOGIN: LoginData,
    EventType.LOGOUT: LoginData,
    EventType.CONTRACT: ContractData,
    EventType.COST: CostData,
    EventType.WALLET: WalletData,
    EventType.LEAD: LeadData,
}
