"""Is a body read as far as it may be, and no further?"""

from __future__ import annotations

import zlib

import pytest

from app.api.bodies import _inflated
from app.problems import TooLarge


def test_nothing_is_decompressed_beyond_what_may_be_read() -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, wbits=31)
    with pytest.raises(TooLarge):
        _inflated(bomb, 1_000)
