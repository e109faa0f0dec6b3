"""Is there room on the disk for another write?  Asked before each, where the disk is ours to see.

A server that runs out of room in the middle of a write may go down, and then nothing can be read
either.  So an embedded one is not brought to the last byte: writes are refused while little is
left, reads go on, and writes do as soon as there is room again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import Settings

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Room:
    """The disk that a folder is on, and how much of it has to stay free."""

    folder: Path
    least_free_bytes: int

    @property
    def free_bytes(self) -> int | None:
        """Return what is free to others than root; None if nobody can tell."""
        try:
            disk = os.statvfs(self.folder)
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize

    @property
    def is_left(self) -> bool:
        """Tell whether a write may be tried."""
        free = self.free_bytes
        return free is None or free >= self.least_free_bytes


def room_of(settings: Settings) -> Room | None:
    """Return the room of the embedded database; None for one whose disk we cannot see."""
    if settings.database_url is not None:
        return None
    return Room(settings.data_dir, settings.least_free_mib * _MIB)
