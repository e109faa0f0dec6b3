"""Which facts may a rule speak of, of what type are they, and what do people call them?

Each stage exports its ``FIELDS``; ``main`` joins them.  The language itself knows no stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from app.rules.values import READERS, FieldType, read_fact
from app.rules.wording import Wording

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class Unit(StrEnum):
    """What one of a number is, so that a form can say it and nobody compares days with hours."""

    NONE = ""
    DAYS = "days"
    HOURS = "hours"
    COUNT = "count"
    RATIO = "ratio"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that rules may read: its name, its type and its label in every language.

    ``choices`` closes the vocabulary of a text: a rule that compares it with another word is a
    typing error that would silently never be true.  Money is in the deployment's currency.
    """

    name: str
    type: FieldType
    label: Wording
    unit: Unit = Unit.NONE
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("a field is named in lower case, words joined by underscores")
        if self.choices and self.type not in {FieldType.TEXT, FieldType.TEXT_SET}:
            raise ValueError(f"{self.name}: only texts have choices")
        if self.unit and self.type is not FieldType.NUMBER:
            raise ValueError(f"{self.name}: only numbers have a unit")


class FieldRegistry:
    """Every field of one deployment, by name; immutable.

    ``readers`` holds, by name, what reads a fact as a value of the field's type (``read_fact``).
    """

    __slots__ = ("_by_name", "readers")

    def __init__(self, fields: Iterable[Field]) -> None:
        by_name: dict[str, Field] = {}
        for field in fields:
            if field.name in by_name:
                raise ValueError(f"two stages export a field named {field.name}")
            by_name[field.name] = field
        self._by_name: Final[Mapping[str, Field]] = by_name
        self.readers: Final = {name: READERS[field.type] for name, field in by_name.items()}

    @classmethod
    def join(cls, *groups: Iterable[Field]) -> Self:
        """Join the FIELDS of the stages into one registry.

        Raises:
            ValueError: two groups export the same name; the message says which.
        """
        return cls(field for group in groups for field in group)

    def __iter__(self) -> Iterator[Field]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def find(self, name: str) -> Field | None:
        """Return the field of this name, if any stage exports it."""
        return self._by_name.get(name)

    def misfits(self, facts: Mapping[str, object]) -> tuple[str, ...]:
        """Return, sorted, the names of facts that no rule could read: unknown or of another type.

        A rule treats such a fact as missing; this is how a flow's test proves it sends none.
        """
        return tuple(
            sorted(
                name
                for name, value in facts.items()
                if name not in self
                or (value is not None and read_fact(self._by_name[name].type, value) is None)
            )
        )
