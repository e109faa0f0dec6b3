"""How does a route note who did what?  ``TheActor`` is who asks; ``seen`` notes what was looked at.

What changes something is noted in its own transaction: ``audit.note(tx, Act(actor, …))``.  There is
no route that reads the audit: ``idip audit`` does, on the machine.
"""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import Depends

from app.access import audit
from app.access.audit import Act, Actor
from app.api.dependencies import House, TheClient, TheExchange
from app.problems import Unavailable

log = structlog.get_logger(__name__)


async def _actor(client: TheClient, exchange: TheExchange) -> Actor:
    return Actor(client.name, client.key_id, exchange.request_id)


TheActor = Annotated[Actor, Depends(_actor)]


async def seen(house: House, *acts: Act) -> None:
    """Note, before the answer is sent, that somebody is shown what we know of a customer.

    While the database takes no writes, reads go on: then the log alone says that one was not noted,
    with its request, and the line of that request says who asked and for what.
    """
    try:
        await house.database.write(lambda tx: audit.note(tx, *acts))
    except Unavailable:
        log.warning("a look at a customer was not noted")
