"""What may a rule ask about what was said between us, and about the contact that is under way?

``FIELDS`` joins the registry of the rule language.  What a deployment does not know stays missing:
a retailer with sales, contacts, complaints and consents fills the first group and the context its
touchpoints send; carts, orders under way and leads come with the systems that know them.
"""

from __future__ import annotations

from typing import Final

from app.interact.consent import ConsentState
from app.interact.lifecycle import Lifecycle
from app.rules.fields import Field, Unit
from app.rules.values import FieldType
from app.rules.wording import Wording
from app.vocabulary import Channel, Direction

MOODS: Final = ("positive", "neutral", "negative")


def _flag(name: str, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.BOOLEAN, Wording(pt_br, es, en))


def _number(name: str, unit: Unit, pt_br: str, es: str, en: str) -> Field:
    return Field(name, FieldType.NUMBER, Wording(pt_br, es, en), unit)


def _text(name: str, pt_br: str, es: str, en: str, choices: tuple[str, ...] = ()) -> Field:
    return Field(name, FieldType.TEXT, Wording(pt_br, es, en), choices=choices)


STANDING: Final = (
    _text(
        "lifecycle",
        "momento do cliente",
        "momento del cliente",
        "stage of the customer's life",
        tuple(Lifecycle),
    ),
    _flag("open_complaint", "reclamação em aberto", "reclamación abierta", "open complaint"),
    _number(
        "complaint_closed_days_ago",
        Unit.DAYS,
        "dias desde o fim da última reclamação",
        "días desde el cierre de la última reclamación",
        "days since the last complaint was closed",
    ),
    _flag(
        "complaint_with_authority",
        "reclamação no Procon ou na Justiça",
        "reclamación ante consumo o los tribunales",
        "complaint with an agency or a court",
    ),
    _number(
        "last_satisfaction",
        Unit.SCORE,
        "última nota de satisfação (1 a 5)",
        "última nota de satisfacción (1 a 5)",
        "last satisfaction score (1 to 5)",
    ),
    _number(
        "last_nps",
        Unit.SCORE,
        "última nota de recomendação (0 a 10)",
        "última nota de recomendación (0 a 10)",
        "last recommendation score (0 to 10)",
    ),
    _number(
        "last_nps_days_ago",
        Unit.DAYS,
        "dias desde a última nota de recomendação",
        "días desde la última nota de recomendación",
        "days since the last recommendation score",
    ),
    _number(
        "days_since_last_contact",
        Unit.DAYS,
        "dias desde o último contato",
        "días desde el último contacto",
        "days since the last contact",
    ),
    _number(
        "calls_7d",
        Unit.COUNT,
        "ligações recebidas em 7 dias",
        "llamadas recibidas en 7 días",
        "calls received in 7 days",
    ),
    *(
        _text(f"{purpose}_consent", *labels, tuple(ConsentState))
        for purpose, labels in {
            "marketing": (
                "consentimento para ofertas neste canal",
                "consentimiento para ofertas en este canal",
                "consent to offers on this channel",
            ),
            "research": (
                "consentimento para pesquisa neste canal",
                "consentimiento para encuestas en este canal",
                "consent to research on this channel",
            ),
            "service": (
                "consentimento para avisos de serviço neste canal",
                "consentimiento para avisos de servicio en este canal",
                "consent to service messages on this channel",
            ),
        }.items()
    ),
    _text(
        "preferred_channel",
        "canal preferido",
        "canal preferido",
        "preferred channel",
        tuple(Channel),
    ),
    _flag("human_first", "prefere uma pessoa", "prefiere una persona", "prefers a person"),
    _flag(
        "legal_priority",
        "atendimento prioritário por lei",
        "atención prioritaria por ley",
        "priority by law",
    ),
)

CONTEXT: Final = (
    _text("channel", "canal deste contato", "canal de este contacto", "channel", tuple(Channel)),
    _text(
        "direction",
        "receptivo ou ativo",
        "entrante o saliente",
        "inbound or outbound",
        tuple(Direction),
    ),
    _text("intent", "motivo do contato", "motivo del contacto", "reason of the contact"),
    _flag(
        "reason_closed",
        "motivo do contato já resolvido",
        "motivo del contacto ya resuelto",
        "reason of the contact dealt with",
    ),
    _text("mood", "humor", "ánimo", "mood", MOODS),
    _flag("caller_pays", "ligação paga pelo cliente", "llamada de pago", "the caller pays"),
    _text("line_purpose", "finalidade da linha", "finalidad de la línea", "purpose of the line"),
    _flag(
        "selling_consent",
        "aceita ouvir uma oferta agora",
        "acepta oír una oferta ahora",
        "agrees to hear an offer now",
    ),
    Field(
        "cart_value",
        FieldType.MONEY,
        Wording("valor do carrinho", "valor de la cesta", "value of the cart"),
    ),
    _number(
        "cart_age_hours",
        Unit.HOURS,
        "horas desde que o carrinho foi deixado",
        "horas desde que se dejó la cesta",
        "hours since the cart was left",
    ),
    _flag("cart_in_stock", "carrinho em estoque", "cesta con existencias", "cart is in stock"),
    _number(
        "product_pages_7d",
        Unit.COUNT,
        "páginas de produto vistas em 7 dias",
        "páginas de producto vistas en 7 días",
        "product pages seen in 7 days",
    ),
    _number(
        "store_visit_days_ago",
        Unit.DAYS,
        "dias desde a visita à loja",
        "días desde la visita a la tienda",
        "days since the visit to a store",
    ),
    _flag("order_under_way", "pedido a caminho", "pedido en camino", "order under way"),
    _flag("order_late", "pedido atrasado", "pedido con retraso", "order late"),
    _flag(
        "order_pending_payment",
        "pedido à espera de pagamento",
        "pedido pendiente de pago",
        "order waiting for payment",
    ),
    _flag(
        "order_reserved",
        "reserva do pedido válida",
        "reserva del pedido vigente",
        "order still reserved",
    ),
    Field(
        "order_value",
        FieldType.MONEY,
        Wording("valor do pedido em curso", "valor del pedido en curso", "value of the open order"),
    ),
    _number(
        "payment_reminders",
        Unit.COUNT,
        "lembretes já enviados deste pagamento",
        "recordatorios ya enviados de este pago",
        "reminders already sent for this payment",
    ),
    _flag("payment_overdue", "pagamento vencido", "pago vencido", "payment overdue"),
    _flag("return_pending", "devolução em andamento", "devolución en curso", "return under way"),
    _flag("cancel_requested", "cancelamento pedido", "baja solicitada", "cancellation asked for"),
    _flag(
        "cancel_registered",
        "cancelamento registrado, com protocolo",
        "baja registrada, con número de caso",
        "cancellation registered, with its reference",
    ),
    _number("lead_fit", Unit.RATIO, "aderência do lead", "encaje del lead", "fit of the lead"),
    _number(
        "lead_intent", Unit.RATIO, "interesse do lead", "interés del lead", "intent of the lead"
    ),
    _flag(
        "lead_call_requested",
        "pediu que ligássemos",
        "pidió que llamáramos",
        "asked us to call",
    ),
)

FIELDS: Final = STANDING + CONTEXT
