"""What time is it?  One clock, made at the edge and handed down; rules only ever see ``now``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever can tell the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""


class SystemClock:
    """The clock of the machine."""

    __slots__ = ()

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for tests, simulations and replays."""

    __slots__ = ("_now",)

    def __init__(self, now: datetime) -> None:
        """Stand at ``now``; a naive datetime is refused."""
        self.set(now)

    def now(self) -> datetime:
        """Return the instant at which the clock stands, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move the hands to ``now``, forwards or backwards.

        Raises:
            ValueError: the datetime is naive, so it is not an instant.
        """
        if now.utcoffset() is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move the hands by a duration and return where they stand now."""
        self._now += by
        return self._now
