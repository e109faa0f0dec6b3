"""Who is sent away before anything is made of the request?  Who would not even get into line.

When far more is asked than can be answered, most of what a process does is to refuse, and what a
refusal costs is taken from those who are let in.  So three looks come before the key is proved and
the body understood: at the route, at the credentials as they stand, at a few bytes of the body.
What these do not tell for certain goes the usual way, and is sent away at the door if it has to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from starlette.types import Message, Receive, Scope

from app.access.authenticate import Client
from app.api.admission.door import Door, Work
from app.api.admission.kinds import LONGEST_SINGLE_BYTES, TOUCHPOINT, Kind, Route
from app.problems import Problem

EVENTS: Final[Route] = ("POST", "/v1/events")
_LOOKED_AT: Final[Mapping[Route, tuple[Kind, int]]] = {
    TOUCHPOINT: (Kind.OFFER, LONGEST_SINGLE_BYTES),
    EVENTS: (Kind.BULK, 2**20),
}
"""What a request may turn out to be without its being understood, and of how many bytes."""

_NOT_AS_IT_IS: Final = frozenset({b"content-encoding", b"expect", b"origin", b"transfer-encoding"})
"""Packed bodies, those that come in parts, and pages, which may read no answer but their own."""

_MOST_CLIENTS: Final = 1_000
_DIGEST_BYTES: Final = 16

Fields = Mapping[bytes, bytes]
"""The header fields of a request by their names in lower case; of one told twice, the last."""


@dataclass(frozen=True, slots=True)
class SentAway:
    """Who was sent away, and what it is told."""

    client: Client
    problem: Problem


class Early:
    """Knows whose the credentials are that opened while somebody stood in line.

    A key that was revoked since is told that the house is full instead of that it opens nothing.
    """

    __slots__ = ("_clients", "_door", "_secret")

    def __init__(self, door: Door, secret: bytes) -> None:
        """Look before this door; credentials are known again by a digest with this secret."""
        self._door = door
        self._secret = secret
        self._clients: dict[bytes, Client] = {}

    def note(self, fields: Fields, client: Client) -> None:
        """Remember whose the credentials of a request are, if it might have to be sent away."""
        if not self._door.is_waited_at or (digest := self._digest(fields)) is None:
            return
        if digest not in self._clients and len(self._clients) >= _MOST_CLIENTS:
            del self._clients[next(iter(self._clients))]
        self._clients[digest] = client

    async def look(self, scope: Scope, fields: Fields, receive: Receive) -> SentAway | Receive:
        """Return who is sent away; else how the request, all of it, is received by who goes on."""
        route = (scope["method"], scope["path"])
        kind, longest = _LOOKED_AT.get(route, (Kind.RING, 0))
        if not longest or not self._door.is_full(kind):
            return receive
        length = _length(fields)
        if not 0 < length <= longest:
            return receive
        digest = self._digest(fields)
        client = None if digest is None else self._clients.get(digest)
        if client is None:
            return receive
        message = await receive()
        body = message.get("body", b"")
        if len(body) == length and is_certainly(kind, body):
            problem = self._door.sends_away(Work(kind, writes=True, client=client.key_id))
            if problem is not None:
                return SentAway(client, problem)
        return _from(message, receive)

    def _digest(self, fields: Fields) -> bytes | None:
        """Return what credentials are known by; two of them are for the usual way to refuse."""
        bearer, header = fields.get(b"authorization"), fields.get(b"x-api-key")
        given = bearer if header is None else header
        if given is None or (bearer is not None and header is not None):
            return None
        return blake2b(given, digest_size=_DIGEST_BYTES, key=self._secret).digest()


def is_certainly(kind: Kind, body: bytes) -> bool:
    """Tell by its bytes that a body is of that kind: an array, or no call that comes in."""
    if kind is Kind.BULK:
        return body.lstrip()[:1] == b"["
    return b"voice" not in body and b"\\" not in body and body.lstrip()[:1] == b"{"


def _length(fields: Fields) -> int:
    """Return how many bytes a body has that comes as it is, in one part; else 0."""
    length = fields.get(b"content-length", b"")
    return int(length) if length.isdigit() and _NOT_AS_IT_IS.isdisjoint(fields) else 0


def _from(first: Message, receive: Receive) -> Receive:
    """Return ``receive`` as if its first message had not been looked at."""
    looked_at = [first]

    async def received() -> Message:
        return looked_at.pop() if looked_at else await receive()

    return received
