"""What does it still say that a record named a contact point, once somebody denied it?

A denial closes the link: the telephone finds its record no more, and joins it to nobody else's,
until the record names it again later than that.  But the past stays what it was.  That a caller is
not Ana says nothing against two records of hers being one customer, so those who had a contact
point before it was denied go on sharing what it was then; and whoever held a value counts among
its holders, or it would depend on the order whether the value is past its limit.

What a person withdrew (``withdrawals``) is denied for good: no naming opens it again.  It takes no
customer apart either, whatever its type: which records are somebody else's a split says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from app.identify.eras import RECYCLED
from app.identify.evidence import Link
from app.identify.rows import Content
from app.vocabulary import IdentifierKey, Party, RecordId

_BEFORE: Final = b"before "
"""Marks a value as it was before it was denied: another value than it is since."""


def denied_links(content: Content) -> list[Link]:
    """Return the links that weigh nothing now."""
    weighing = {(link.key, link.record_id) for link in content.links}
    return [link for link in content.past if (link.key, link.record_id) not in weighing]


def past_links(
    content: Content, generic: Collection[IdentifierKey], nobody: Collection[RecordId]
) -> dict[RecordId, Sequence[Link]]:
    """Return by record what it had before it was denied, under keys of their own that veto nothing.

    Left out is what never identifies: values past their limit and records that stand for nobody.
    """
    found: dict[RecordId, list[Link]] = defaultdict(list)
    for link in content.past:
        tied = (link.withdrawn or link.type in RECYCLED) and not link.beside
        if tied and link.key not in generic and link.record_id not in nobody:
            key = IdentifierKey(_BEFORE + link.key)
            before = replace(link, key=key, party=Party.UNKNOWN)
            found[link.record_id].append(before)
    return dict(found)
