"""How often does a process look for garbage?  Seldom, and never through what it started with.

Nearly all that a request makes is freed as soon as nobody names it; the search is for what names
itself in a circle.  Python searches after every 700 objects made, through all that are young, and
at times through everything there is.  For events in arrays that is a quarter of the work, and the
others wait for a tenth of a second while it goes through our own modules.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_AS_SELDOM: Final = 100


@contextmanager
def fewer_collections() -> Iterator[None]:
    """Search a hundred times less often, and leave out what is there now: it stays to the end."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_AS_SELDOM * before[0], *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
