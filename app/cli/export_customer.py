"""What do we know about one person?  ``idip export customer ID``."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

if TYPE_CHECKING:
    from app.settings import Settings


async def export_customer(settings: Settings, customer_id: UUID, file: BinaryIO) -> None:
    """Write everything about a person, in the deployment's language, and note who did.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    import getpass

    from app.access import audit
    from app.access.audit import Act, ActKind, Actor
    from app.cli.house import at_home
    from app.flows.subject_export import Reading, export_subject
    from app.main import registry
    from app.personalise.bundle import read_catalogue, shipped_document
    from app.vocabulary import CustomerId, Locale

    customer = CustomerId(customer_id)
    async with at_home(settings, statement_timeout_ms=0) as house:
        now = house.clock.now()
        catalogue = read_catalogue(shipped_document(), registry())
        locale = Locale(settings.locale)
        rank = settings.sources_by_rank
        reading = Reading(locale, settings.zone, now, settings.company_name, catalogue, rank)
        async with house.database.transaction(read_only=True) as tx:
            async for piece in export_subject(tx, customer, reading):
                file.write(piece)
        act = Act(Actor(getpass.getuser()), ActKind.CUSTOMER_EXPORTED, now, customer)
        await house.database.write(lambda tx: audit.note(tx, act))
