"""What do people read where machines read the codes of this stage?

Complete sentences, for an agent; none of them tells a customer's value tier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.interact.contact_policy import Reason
from app.interact.routing import DoNotSay, RouteReason
from app.rules.wording import Wording

PERMISSION_WORDING: Final[Mapping[Reason, Wording]] = {
    Reason.PROCESSING_RESTRICTED: Wording(
        "O tratamento dos dados está restrito a pedido: atenda, e não ofereça nada.",
        "El tratamiento de los datos está limitado: atienda, y no ofrezca nada.",
        "Use of this customer's data is restricted: help them, and offer nothing.",
    ),
    Reason.DO_NOT_CONTACT: Wording(
        "O cliente está em uma lista de bloqueio.",
        "El cliente está en una lista de exclusión.",
        "The customer is on a do-not-contact list.",
    ),
    Reason.OPEN_COMPLAINT: Wording(
        "Há uma reclamação em aberto: primeiro se resolve, depois se oferece.",
        "Hay una reclamación abierta: primero se resuelve, después se ofrece.",
        "A complaint is open: it is solved before anything is offered.",
    ),
    Reason.COMPLAINT_NOT_KNOWN: Wording(
        "Não se sabe se há reclamação em aberto.",
        "No se sabe si hay una reclamación abierta.",
        "It is not known whether a complaint is open.",
    ),
    Reason.CONSENT_DENIED: Wording(
        "O cliente disse não a este tipo de contato neste canal.",
        "El cliente dijo que no a este tipo de contacto por este canal.",
        "The customer said no to this kind of contact on this channel.",
    ),
    Reason.CONSENT_NOT_KNOWN: Wording(
        "Não há consentimento registrado para este canal.",
        "No consta consentimiento para este canal.",
        "There is no consent on record for this channel.",
    ),
    Reason.CUSTOMER_SERVICE_LINE: Wording(
        "Esta é uma linha de atendimento: nela não se vende.",
        "Esta es una línea de atención a la clientela: en ella no se vende.",
        "This is a customer service line: nothing is sold on it.",
    ),
    Reason.REASON_NOT_CLOSED: Wording(
        "O motivo do contato ainda não foi resolvido.",
        "El motivo del contacto todavía no está resuelto.",
        "What the customer came for is not dealt with yet.",
    ),
    Reason.CALLER_PAYS: Wording(
        "O cliente paga por esta ligação.",
        "El cliente paga esta llamada.",
        "The customer pays for this call.",
    ),
    Reason.MOOD_NEGATIVE: Wording(
        "O cliente está irritado: agora não é hora.",
        "El cliente está molesto: ahora no es el momento.",
        "The customer is upset: this is not the moment.",
    ),
    Reason.OFFERS_DECLINED: Wording(
        "O cliente disse que não quer ouvir ofertas agora.",
        "El cliente dijo que no quiere oír ofertas ahora.",
        "The customer said no to hearing offers now.",
    ),
    Reason.OUTSIDE_CONTACT_HOURS: Wording(
        "Fora do horário permitido para contato.",
        "Fuera del horario permitido de contacto.",
        "Outside the hours in which we may make contact.",
    ),
    Reason.LOCAL_TIME_NOT_KNOWN: Wording(
        "Não se sabe que horas são para o cliente.",
        "No se sabe qué hora es para el cliente.",
        "The customer's local time is not known.",
    ),
    Reason.REJECTED_FOREVER: Wording(
        "O cliente pediu para nunca mais receber esta oferta.",
        "El cliente pidió no recibir nunca más esta oferta.",
        "The customer asked never to be offered this again.",
    ),
    Reason.REJECTED_RECENTLY: Wording(
        "O cliente recusou esta oferta há pouco tempo.",
        "El cliente rechazó esta oferta hace poco.",
        "The customer turned this down recently.",
    ),
    Reason.DEFERRED: Wording(
        "O cliente pediu para falar disso mais tarde.",
        "El cliente pidió hablar de esto más adelante.",
        "The customer asked to talk about this later.",
    ),
    Reason.CAP_ACTION: Wording(
        "Esta oferta já foi feita o bastante.",
        "Esta oferta ya se hizo bastantes veces.",
        "This has been offered often enough.",
    ),
    Reason.CAP_STRATEGY: Wording(
        "Já houve contatos suficientes com este objetivo.",
        "Ya hubo suficientes contactos con este objetivo.",
        "There have been enough contacts for this purpose.",
    ),
    Reason.CAP_CHANNEL: Wording(
        "Já houve contatos suficientes neste canal.",
        "Ya hubo suficientes contactos por este canal.",
        "There have been enough contacts on this channel.",
    ),
    Reason.CAP_EVERYTHING: Wording(
        "O cliente já recebeu contatos suficientes por enquanto.",
        "El cliente ya recibió suficientes contactos por ahora.",
        "The customer has had enough contacts for now.",
    ),
    Reason.CARE_ALWAYS_ALLOWED: Wording(
        "Resolver um problema é sempre permitido.",
        "Resolver un problema siempre está permitido.",
        "Solving a problem is always allowed.",
    ),
    Reason.CONSENT_GRANTED: Wording(
        "O cliente consentiu neste tipo de contato neste canal.",
        "El cliente consintió este tipo de contacto por este canal.",
        "The customer agreed to this kind of contact on this channel.",
    ),
    Reason.CUSTOMER_CAME_TO_US: Wording(
        "O cliente veio até nós e nada o impede.",
        "El cliente vino a nosotros y nada lo impide.",
        "The customer came to us and nothing speaks against it.",
    ),
}

ROUTE_WORDING: Final[Mapping[RouteReason, Wording]] = {
    RouteReason.OPEN_COMPLAINT: Wording(
        "Tem uma reclamação em aberto: vai direto a quem pode resolver.",
        "Tiene una reclamación abierta: pasa directo a quien puede resolverla.",
        "Has an open complaint: goes straight to someone who can solve it.",
    ),
    RouteReason.LEGAL_PRIORITY: Wording(
        "Tem atendimento prioritário por lei.",
        "Tiene atención prioritaria por ley.",
        "Has priority by law.",
    ),
    RouteReason.PROTECTED_INTENT: Wording(
        "Quer exercer um direito: sem menus e sem desvios.",
        "Quiere ejercer un derecho: sin menús ni desvíos.",
        "Wants to exercise a right: no menus and no detours.",
    ),
    RouteReason.REPEAT_CALL: Wording(
        "Já ligou nos últimos sete dias.",
        "Ya llamó en los últimos siete días.",
        "Has called before in the last seven days.",
    ),
    RouteReason.HUMAN_FIRST: Wording(
        "Prefere falar com uma pessoa.",
        "Prefiere hablar con una persona.",
        "Prefers to talk to a person.",
    ),
    RouteReason.HIGH_VALUE: Wording(
        "É um dos nossos melhores clientes.",
        "Es uno de nuestros mejores clientes.",
        "Is one of our best customers.",
    ),
    RouteReason.LEAVING: Wording(
        "Pode estar de saída.",
        "Puede estar a punto de irse.",
        "May be about to leave.",
    ),
    RouteReason.UNKNOWN_CALLER: Wording(
        "Ainda não sabemos quem é: atendimento completo.",
        "Todavía no sabemos quién es: atención completa.",
        "We do not know yet who it is: full service.",
    ),
    RouteReason.KNOWN_CUSTOMER: Wording(
        "Já sabemos quem é: menu curto.",
        "Ya sabemos quién es: menú corto.",
        "We know who it is: short menu.",
    ),
    RouteReason.BUSY_HOUR: Wording(
        "A fila está longa: oferecemos retorno agendado.",
        "La cola es larga: ofrecemos devolver la llamada.",
        "The queue is long: a callback is offered.",
    ),
}

DO_NOT_SAY_WORDING: Final[Mapping[DoNotSay, Wording]] = {
    DoNotSay.VALUE_TIER: Wording(
        "Não mencione a classificação do cliente.",
        "No mencione la clasificación del cliente.",
        "Do not mention how the customer is ranked.",
    ),
    DoNotSay.NAME: Wording(
        "Não diga o nome antes de confirmar quem fala.",
        "No diga el nombre antes de confirmar quién habla.",
        "Do not say the name before it is confirmed who is speaking.",
    ),
    DoNotSay.OFFERS: Wording(
        "Não ofereça nada até resolver a reclamação.",
        "No ofrezca nada hasta resolver la reclamación.",
        "Offer nothing until the complaint is solved.",
    ),
}
