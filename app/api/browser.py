"""What may a shop page say and ask with a browser key?  Its own visit, and nothing about people.

Such a key can be read by everybody who opens the page.  So it opens three routes, from pages of its
origins; it tells of one visit what a page sees, asks about one visit what to show, and reports what
became of it.  A visit is known to nobody but its browser, if the shop makes its id by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from starlette.requests import Request

from app.access.authenticate import Client
from app.api.scopes import FOR_PAGES
from app.flows.event_command import EventCommand, EventType
from app.flows.outcome import OutcomeCommand
from app.flows.touchpoint_command import Interaction, TouchpointCommand
from app.interact.outcomes import OutcomeKind
from app.problems import Fault, Forbidden
from app.vocabulary import Channel, Direction, IdentifierType, RawIdentifier

PAGE_EVENTS: Final = frozenset({EventType.NAVIGATION, EventType.CART})
PAGE_OUTCOMES: Final = frozenset(
    {
        OutcomeKind.SHOWN,
        OutcomeKind.NOT_SHOWN,
        OutcomeKind.CLICKED,
        OutcomeKind.IGNORED,
        OutcomeKind.REJECTED,
    }
)
PAGE_FACTS: Final = frozenset(
    {
        "intent",
        "selling_consent",
        "cart_value",
        "cart_age_hours",
        "cart_in_stock",
        "product_pages_7d",
    }
)
"""What a page knows of its visitor; a late order or a debt is for the shop's server to tell."""

SHORTEST_VISIT: Final = 16
"""Characters: a shorter id could be guessed, and with it somebody else's offers."""

_CODE: Final = "not-in-a-page"


def refuse_page(client: Client, request: Request) -> None:
    """Refuse a browser key where it does not belong.

    Raises:
        Forbidden: the route is not for pages, or the page is not of one of its origins.
    """
    if client.origins is None:
        return
    if (request.method, request.scope["route"].path_format) not in FOR_PAGES:
        raise Forbidden("a browser key does not open this route", code="not-for-pages")
    origins = request.headers.getlist("origin")
    if len(origins) != 1 or origins[0] not in client.origins:
        raise Forbidden(
            "this browser key is for pages of other origins; they are listed with the key",
            code="origin-not-allowed",
        )


def asked_by(client: Client, command: TouchpointCommand) -> TouchpointCommand:
    """Return what a client asks; a page asks about its own visit, and nobody reads its answer.

    Raises:
        Forbidden: it asks in the name of a source that is not its own, or for what no page may.
    """
    told = command.interaction
    if told is not None and not client.may_speak_for(told.source):
        raise Forbidden("this key may not speak for that source", code="source-not-allowed")
    if not client.is_browser:
        return command
    if faults := tuple(_not_of_a_page(command)):
        raise Forbidden("a page may ask about its own visit only", code=_CODE, faults=faults)
    if told is None:
        return command
    visit = command.identifiers[0].value
    return replace(command, interaction=Interaction(told.source, f"{visit}\n{told.id}"))


def told_by(client: Client, event: EventCommand) -> Forbidden | None:
    """Return why a client may not tell an event: one of another source, or what no page sees."""
    if not client.may_speak_for(event.source):
        return Forbidden("this key may not speak for that source", code="source-not-allowed")
    if client.is_browser and (faults := tuple(_not_seen_by_a_page(event))):
        return Forbidden("a page may tell of its own visit only", code=_CODE, faults=faults)
    return None


def refuse_outcomes(client: Client, told: Sequence[OutcomeCommand]) -> None:
    """Refuse what a page cannot know of an offer: whether anything was sold, say.

    Raises:
        Forbidden: one of them is not for a page to tell.
    """
    if client.is_browser and any(each.never or each.kind not in PAGE_OUTCOMES for each in told):
        known = ", ".join(sorted(PAGE_OUTCOMES))
        raise Forbidden(f"a page may tell {known}, and never `never`", code=_CODE)


def _not_of_a_page(command: TouchpointCommand) -> Iterator[Fault]:
    if command.channel is not Channel.WEB:
        yield Fault("/channel", _CODE, "a page is in the channel web")
    if command.direction is not Direction.INBOUND:
        yield Fault("/direction", _CODE, "a visitor comes to the page: inbound")
    if command.time is not None:
        yield Fault("/time", _CODE, "a page asks about now")
    if command.said:
        yield Fault("/said", _CODE, "a page asks nobody who they are")
    yield from _not_one_visit(command.identifiers)
    if not command.context.keys() <= PAGE_FACTS:
        known = ", ".join(sorted(PAGE_FACTS))
        yield Fault("/context", _CODE, f"a page may tell page, products, {known}")


def _not_seen_by_a_page(event: EventCommand) -> Iterator[Fault]:
    if event.type not in PAGE_EVENTS:
        yield Fault("/type", _CODE, f"a page may tell {' and '.join(sorted(PAGE_EVENTS))}")
    if event.record_key is not None:
        yield Fault("/record_key", _CODE, "a page does not say whose visit it is")
    if event.profile:
        yield Fault("/profile", _CODE, "a page does not say whose visit it is")
    yield from _not_one_visit(event.identifiers)


def _not_one_visit(identifiers: Sequence[RawIdentifier]) -> Iterator[Fault]:
    if [each.type for each in identifiers] != [IdentifierType.VISIT]:
        yield Fault("/identifiers", _CODE, "a page names its own visit and nothing else")
    elif len(identifiers[0].value) < SHORTEST_VISIT:
        detail = f"a visit is {SHORTEST_VISIT} characters or longer, and made by chance"
        yield Fault("/identifiers/0/value", "guessable", detail)
