"""What does a touchpoint ask?  One moment of contact, as the telephone or the shop tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from app.identify.telling import Question
from app.rules.values import Value
from app.vocabulary import Channel, Direction, Locale, RawIdentifier, value_type


@value_type()
class Interaction:
    """The contact in the words of the system that holds it: asked again, it is the same one."""

    source: str
    id: str


@value_type()
class TouchpointCommand:
    """One question: who is this, what are they worth, what do we do now?

    ``context`` holds facts of the moment by the names of the rule language; no ``time`` is now.
    ``request`` is the canonical text of the question, by which a repeated one is known;
    ``retold`` says whether it brings a context or an answer at all; ``said`` is what the caller
    answered, to tell candidates apart by.
    """

    interaction: Interaction | None
    channel: Channel
    direction: Direction
    identifiers: tuple[RawIdentifier, ...]
    context: Mapping[str, Value]
    slots: tuple[str, ...]
    locale: Locale
    request: bytes
    retold: bool
    time: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    said: Mapping[Question, str] = field(default_factory=dict, repr=False)
