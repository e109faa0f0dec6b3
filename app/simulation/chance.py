"""What does chance say about person n?  The same, whoever else is asked about, and in any order.

Every draw is named by what it is for.  A keyed hash of the name takes the place of a generator that
is handed on, so that person n is a function of the seed and of n, and a rate that is raised adds to
what happened at the lower one instead of telling another story.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from statistics import NormalDist

_BYTES = 8
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Chance:
    """All that chance decides under one seed."""

    seed: int

    def unit(self, *name: object) -> float:
        """Return the draw of this name: at least 0 and below 1."""
        return (self._drawn(name) >> 11) * 2.0**-53

    def normal(self, *name: object) -> float:
        """Return the draw of this name from the standard normal distribution."""
        return _NORMAL.inv_cdf(((self._drawn(name) >> 11) + 0.5) * 2.0**-53)

    def dice(self, *name: object) -> Random:
        """Return a generator for the many draws of one story."""
        return Random(self._drawn(name))  # noqa: S311 - dice for a story, not for a secret

    def _drawn(self, name: tuple[object, ...]) -> int:
        text = "/".join(map(str, (self.seed, *name)))
        return int.from_bytes(blake2b(text.encode(), digest_size=_BYTES).digest(), "big")
