"""May a page of another origin call?  The browser asks first (CORS, https://fetch.spec.whatwg.org).

Pages of an origin that has a browser key may, on the routes for pages; nobody else learns anything
from our answers.  No cookie is read anywhere, so that a page can do no more than its key.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.authenticate import KeyRing
from app.access.idempotency import HEADER
from app.api.edge import exchange_of
from app.api.scopes import FOR_PAGES
from app.problems import Forbidden

REMEMBERED_S: Final = "600"
"""For so long a browser does not ask again; what opens nothing any more is refused all the same."""

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.:-]{1,270}")
_HEADERS: Final = f"Authorization, X-API-Key, Content-Type, Accept-Language, {HEADER}, X-Request-Id"
_SHOWN: Final = "X-Request-Id, Retry-After"


class MarksForPages:
    """The layer around ``Edge``: what it says of problems too is for the page to read."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``Edge`` and all that is in it."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Mark answers to pages that may read them; what comes from no page passes through."""
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"origin":
                    send = _marking(scope, value.decode("latin-1"), send)
                    break
        await self._app(scope, receive, send)


class AnswersBrowsers:
    """The layer within ``Edge`` that tells browsers which pages may call."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the routes."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what a browser asks before a page may call, and pass on everything else."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            asked = headers.get("access-control-request-method", "")
            if origin is not None and (asked, scope["path"]) in FOR_PAGES:
                answer = await _preflight(scope, origin, asked)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _preflight(scope: Scope, origin: str, method: str) -> Response:
    """Return what a browser is told.

    Raises:
        Forbidden: no browser key is for pages of this origin.
        Unavailable: nobody knows just now.
    """
    ring: KeyRing = scope["app"].state.house.key_ring
    if _ORIGIN.fullmatch(origin) is None or not await ring.knows_origin(origin):
        raise Forbidden("no browser key is for pages of this origin", code="origin-not-allowed")
    return Response(
        status_code=HTTPStatus.NO_CONTENT,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-methods": method,
            "access-control-allow-headers": _HEADERS,
            "access-control-max-age": REMEMBERED_S,
            "vary": "Origin",
        },
    )


def _marking(scope: Scope, origin: str, send: Send) -> Send:
    """Return ``send`` that lets a page read the answer if the key it came with is for it."""

    async def marked(message: Message) -> None:
        client = exchange_of(scope).client
        readable = client is not None and origin in (client.origins or ())
        if message["type"] == "http.response.start" and readable:
            headers = MutableHeaders(scope=message)
            headers["access-control-allow-origin"] = origin
            headers["access-control-expose-headers"] = _SHOWN
            headers.add_vary_header("Origin")
        await send(message)

    return marked
