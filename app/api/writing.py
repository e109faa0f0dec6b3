"""How does a route change something?  Through ``TheWrite``: committed, and once for a key.

Whoever asks for it takes ``Idempotency-Key``; the contract says so of exactly these routes.  The
answer is made inside the transaction if it has to be stored with the effect, else after the commit:
nobody waits for a row while it is written out.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, WithJsonSchema

from app.access.idempotency import HEADER, SHAPE, Answered, KeyedRequest, key_among, once
from app.api.bodies import JSON, ReadRequest, media_type_of
from app.api.dependencies import House, TheClient, TheHouse
from app.api.edge import exchange_of
from app.database.transaction import Connection, Work

T = TypeVar("T")

_DESCRIPTION: Final = (
    "One to 255 printable ASCII characters, quoted or not, new for each request; a UUID, say. "
    "Sent again with the same request it brings the same answer for 72 hours, and no second effect."
)
_Told = Annotated[str, WithJsonSchema({"type": "string", "pattern": SHAPE})]


class Write:
    """One request's way to its one transaction."""

    def __init__(self, house: House, request: Request, client: str, key: str | None) -> None:
        """Write for ``client``; with a ``key`` no more than once."""
        self._house = house
        self._request = request
        self._client = client
        self._key = key

    async def __call__(
        self,
        work: Work[T],
        answer: Callable[[T], Response],
        *,
        then: Callable[[T], None] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Do the work in one transaction and return its answer, or the one given before.

        ``then`` is for what a commit brings about in this process; it is left out where the work
        was done before.  ``body`` is for routes that read theirs themselves.

        Raises:
            Conflict, InvalidInput, Gone: as ``once`` tells; Unavailable: as the database does.
        """
        if self._key is None:
            result = await self._house.database.write(work)
            if then is not None:
                then(result)
            return answer(result)
        return await self._once(self._recognised(self._key, body), work, answer, then)

    async def _once(
        self,
        keyed: KeyedRequest,
        work: Work[T],
        answer: Callable[[T], Response],
        then: Callable[[T], None] | None,
    ) -> Response:
        now = self._house.clock.now()
        done: list[T] = []

        async def claimed(tx: Connection) -> Answered:
            done.clear()  # a try before this one was undone

            async def answering() -> Answered:
                done.append(await work(tx))
                return _answered(answer(done[0]))

            return await once(tx, keyed, answering, now)

        given = await self._house.database.write(claimed)
        if then is not None and done:
            then(done[0])
        return Response(given.body, given.status, media_type=given.media_type)

    def _recognised(self, key: str, body: bytes | None) -> KeyedRequest:
        """Return what the request is recognised by: its route and parameters, and what it says."""
        request = self._request
        if body is None:
            body = request.data if isinstance(request, ReadRequest) else b""
        media_type = media_type_of(exchange_of(request.scope).fields)
        asked = (
            request.method,
            request.scope["route"].path_format,
            *(f"{name}={value}" for name, value in sorted(request.path_params.items())),
            media_type,
            _canonical(body) if media_type == JSON and body else body,
        )
        return KeyedRequest.of(self._house.keyed_hash, self._client, key, *asked)


async def _write(
    request: Request,
    house: TheHouse,
    client: TheClient,
    _: Annotated[_Told | None, Header(alias=HEADER, description=_DESCRIPTION)] = None,
) -> Write:
    return Write(house, request, client.name, key_among(request.headers.getlist(HEADER)))


TheWrite = Annotated[Write, Depends(_write)]


def written(answer: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return an answer as its bytes, which are what is stored and sent."""
    return Response(answer.model_dump_json(), status, media_type=JSON)


def nothing(_: object = None) -> Response:
    """Return the answer that says nothing but that it was done."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _answered(response: Response) -> Answered:
    return Answered(
        response.status_code, response.headers.get("content-type"), bytes(response.body)
    )


def _canonical(body: bytes) -> bytes:
    """Return JSON that was read before, so that neither blanks nor the order of members count."""
    return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
