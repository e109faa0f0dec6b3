"""Which values are typed by people who have none?  Data, one readable file per kind.

Each list says where its entries come from.  Only values that stand for "nobody" belong here; values
that turn out to be shared by many people are learnt per epoch, not listed.
"""

from __future__ import annotations


def each_word(text: str) -> frozenset[str]:
    """Return the words of a list written as running text."""
    return frozenset(text.split())


def each_line(text: str) -> frozenset[str]:
    """Return the phrases of a list written one a line."""
    return frozenset(line.strip() for line in text.splitlines() if line.strip())
