"""Does a process search for garbage seldom, and find it all the same?"""

from __future__ import annotations

import gc
import weakref

from app.supervisor.garbage import fewer_collections


class Circle:
    """Something that nothing but a search frees."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_is_left_out_and_what_comes_is_found() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    gone = weakref.ref(Circle())
    with fewer_collections():
        assert gone() is None, "garbage is not kept to the end"
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[0] > 10 * before[0]
        later = weakref.ref(Circle())
        assert later() is not None
        gc.collect()
        assert later() is None
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
