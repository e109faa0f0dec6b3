"""What do we not know of a customer that we should?  The gaps somebody could close by asking.

``data_quality.sql`` counts the same over everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.flows.cleaning_quality import STALE_AFTER
from app.identify.profile import BIRTH_DATE, NAMES
from app.identify.rows import KnownBy
from app.vocabulary import IdentifierType, Party

_USED: Final = "active"


class Gap(StrEnum):
    """What is missing, or too old to rely on."""

    PHONE = "phone"
    EMAIL = "email"
    CONTACT_POINT = "contact_point"
    TAX_ID = "tax_id"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    STALE_CONTACT_POINTS = "stale_contact_points"


def gaps_of(
    known_by: Iterable[KnownBy], known: Collection[str], party: Party, now: datetime
) -> list[Gap]:
    """Return a customer's gaps, in the order of ``Gap``.

    ``known`` are the attributes with a value that may be true.  What identifies nobody, such as a
    telephone past its limit, closes no gap; a company was never born; a contact point is stale when
    nobody named it for two years.
    """
    usable = [each for each in known_by if each.state == _USED]
    types = {each.type for each in usable}
    reach = [
        each.last_seen_at
        for each in usable
        if each.type in {IdentifierType.PHONE, IdentifierType.EMAIL}
    ]
    found = {
        Gap.PHONE: IdentifierType.PHONE not in types,
        Gap.EMAIL: IdentifierType.EMAIL not in types,
        Gap.CONTACT_POINT: not reach,
        Gap.TAX_ID: IdentifierType.TAX_ID not in types,
        Gap.NAME: NAMES.isdisjoint(known),
        Gap.BIRTH_DATE: party is not Party.COMPANY and BIRTH_DATE not in known,
        Gap.STALE_CONTACT_POINTS: bool(reach) and max(reach) < now - STALE_AFTER,
    }
    return [gap for gap in Gap if found[gap]]
