"""Whose key is this?  Asked of the database now and then, of this process's memory in between.

What is remembered is believed for ``ttl_s``, counted from before the database was asked: a key that
is revoked anywhere stops working everywhere within that time.  Expiry needs no asking and is exact.
The same goes for the pages that have a browser key: a new one may call within that time.
Those who need the same answer at once share one question (``flights``).
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from app.access.flights import Flights
from app.access.keys import hash_of, prefix_of
from app.access.last_used import LastUsed
from app.access.queries import StoredKey, find_key, live_origins
from app.access.scopes import Scope
from app.database.clock import Clock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.problems import Unauthenticated, Unavailable

MOST_REMEMBERED: Final = 10_000
MOST_REFUSED: Final = 1_000
"""Keys that are none are remembered apart, so that made-up ones push no client out."""


ASKING_LIMIT_S: Final = 0.5
"""A key is found in a millisecond, or the database has gone dumb."""


@dataclass(frozen=True, slots=True)
class Client:
    """The system that calls, and what its key allows.

    ``origins`` is None but for a browser key, which anybody can read in the page it stands in.
    """

    key_id: UUID
    name: str
    scopes: frozenset[Scope]
    sources: frozenset[str] | None
    origins: frozenset[str] | None = None

    @property
    def is_browser(self) -> bool:
        """Tell whether it is a page that calls, with a key that is no secret."""
        return self.origins is not None

    def may(self, scope: Scope) -> bool:
        """Tell whether its key carries a scope."""
        return scope in self.scopes

    def may_speak_for(self, source: str) -> bool:
        """Tell whether it may tell facts in the name of a source."""
        return self.sources is None or source in self.sources


@dataclass(frozen=True, slots=True)
class _Remembered:
    key: StoredKey | None
    asked_s: float


class KeyRing:
    """The keys one process has seen lately."""

    def __init__(
        self,
        database: Database,
        keyed_hash: KeyedHash,
        clock: Clock,
        *,
        ttl_s: float,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Believe an answer of the database for ``ttl_s`` seconds of ``elapsed_s``.

        That is the machine's running time: it goes on when somebody sets the clock back.
        """
        self._database = database
        self._keyed_hash = keyed_hash
        self._clock = clock
        self._ttl_s = ttl_s
        self._elapsed_s = elapsed_s
        self.last_used = LastUsed()
        self._known: dict[bytes, _Remembered] = {}
        self._refused: dict[bytes, _Remembered] = {}
        self._origins: tuple[frozenset[str], float] | None = None
        self._asking: Flights[bytes, StoredKey | None] = Flights()
        self._asking_origins: Flights[None, frozenset[str]] = Flights()

    async def client_of(self, text: str) -> Client:
        """Return the client whose key this is.

        Raises:
            Unauthenticated: it is nobody's, has expired or was revoked; which of these is not said.
            Unavailable: the database would have to be asked, and cannot be.
        """
        key = await self._key_of(text)
        now = self._clock.now()
        if key is None or not key.is_live(now):
            raise Unauthenticated("the key given is not a valid client key", code="invalid-key")
        self.last_used.note(key.key_id, now)
        return _client(key)

    def last_known(self, text: str) -> Client | None:
        """Return whose key this was when the database was last asked, or None if it opened nothing.

        For what may be answered to anybody who was a client a moment ago: the key may have been
        revoked since.
        """
        remembered = self._known.get(hash_of(self._keyed_hash, text))
        key = None if remembered is None else remembered.key
        if key is None or not key.is_live(self._clock.now()):
            return None
        return _client(key)

    async def knows_origin(self, origin: str) -> bool:
        """Tell whether pages of an origin have a browser key.

        Raises:
            Unavailable: the database would have to be asked, and cannot be.
        """
        now_s = self._elapsed_s()
        if self._origins is not None and now_s - self._origins[1] < self._ttl_s:
            return origin in self._origins[0]
        return origin in await self._asking_origins.answer(
            None, now_s, self._ttl_s, self._ask_origins, self._remember_origins
        )

    def forget(self, key_id: UUID) -> None:
        """Stop believing in a key at once, in this process."""
        self._asking.disown()  # what is on its way may have been read before the key was revoked
        self._known = {
            digest: remembered
            for digest, remembered in self._known.items()
            if remembered.key is None or remembered.key.key_id != key_id
        }

    async def _key_of(self, text: str) -> StoredKey | None:
        digest, now_s = hash_of(self._keyed_hash, text), self._elapsed_s()
        remembered = self._known.get(digest) or self._refused.get(digest)
        if remembered is not None and now_s - remembered.asked_s < self._ttl_s:
            return remembered.key
        prefix = prefix_of(text)
        if prefix is None:
            return None
        return await self._asking.answer(
            digest,
            now_s,
            self._ttl_s,
            partial(self._ask, prefix, digest),
            partial(self._remember, digest),
        )

    async def _ask(self, prefix: str, digest: bytes) -> StoredKey | None:
        try:
            async with asyncio.timeout(ASKING_LIMIT_S):
                found = await self._database.read(lambda tx: find_key(tx, prefix))
        except TimeoutError:
            raise Unavailable(retry_after_s=1) from None
        return found if found and hmac.compare_digest(digest, found.hash) else None

    async def _ask_origins(self) -> frozenset[str]:
        now = self._clock.now()
        return await self._database.read(lambda tx: live_origins(tx, now))

    def _remember_origins(self, found: frozenset[str], asked_s: float) -> None:
        self._origins = (found, asked_s)

    def _remember(self, digest: bytes, key: StoredKey | None, asked_s: float) -> None:
        live = key is not None and key.is_live(self._clock.now())
        place, other = (self._known, self._refused) if live else (self._refused, self._known)
        most = MOST_REMEMBERED if live else MOST_REFUSED
        other.pop(digest, None)
        place.pop(digest, None)
        if len(place) >= most:
            del place[next(iter(place))]
        place[digest] = _Remembered(key, asked_s)


def _client(key: StoredKey) -> Client:
    return Client(key.key_id, key.client, key.scopes, key.sources, key.origins)
