"""Where did a load stop?  A small file beside the one that is loaded, gone when it is done.

It says how far the file is safe, and names an event that the load wrote after that place was safe:
only a database that holds this very writing is believed to hold the part.  So a mark left by
another database, or by one that was restored from an older backup, costs time and never a line.
The price is that the mark stays behind: by the arrays under way, and by all that brought nothing
new.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from app.cli.load_file import BEGINNING
from app.cli.load_refused import NONE_REFUSED, RefusedSoFar
from app.flows.load import NOTHING, UNDER_WAY, Loaded, SafePoint, Tally, Witness
from app.vocabulary import EventId


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a load has come: what is safe, what came of it, and what was refused."""

    after: SafePoint = BEGINNING
    tally: Tally = NOTHING
    refused: RefusedSoFar = NONE_REFUSED
    witness: Witness | None = None

    def with_array(self, loaded: Loaded, refused: RefusedSoFar) -> Standing:
        """Return the standing once another array is safe; no event is known yet that says so."""
        return Standing(loaded.after, self.tally + loaded.tally, refused)


class Trail:
    """The standings of a load: the last, and those before it of which no event tells yet."""

    def __init__(self, start: Standing) -> None:
        """Begin where the load begins; that place needs no other event to tell of it."""
        self.last = start
        # No array yet to come was begun before the last of these: older ones are told of by none.
        self._untold: deque[tuple[int, Standing]] = deque(maxlen=UNDER_WAY + 1)
        self._arrays = 0

    def add(self, loaded: Loaded, refused: RefusedSoFar) -> Standing | None:
        """Go on by an array; return the furthest standing of which its event tells, if any."""
        self._arrays += 1
        self.last = self.last.with_array(loaded, refused)
        self._untold.append((self._arrays, self.last))
        told = None
        while loaded.witness is not None and self._untold[0][0] <= loaded.begun_after:
            _, told = self._untold.popleft()
        return told and replace(told, witness=loaded.witness)


def mark_beside(path: Path) -> Path:
    """Return where the mark of a file stands while it is being loaded."""
    return path.with_name(f"{path.name}.resume")


class ResumeMark:
    """The file that keeps the standing of one load."""

    def __init__(self, path: Path, identity: str) -> None:
        """Keep the standing of the file at ``path`` as long as its identity is this."""
        self._path = mark_beside(path)
        self._identity = identity
        self.may_be_kept = os.access(path.parent, os.W_OK)

    def found(self) -> Standing | None:
        """Return the standing at which an earlier load of the very same file stopped, if any."""
        try:
            told = orjson.loads(self._path.read_bytes())
            return _read(told) if told["identity"] == self._identity else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, standing: Standing) -> None:
        """Write the standing down, whole or not at all; ``may_be_kept`` says whether it could be.

        A load goes on without.  Two loads of one file have a draft each.
        """
        if not self.may_be_kept:
            return
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            draft.write_bytes(orjson.dumps({"identity": self._identity, **_written(standing)}))
            draft.replace(self._path)
        except OSError:
            self.may_be_kept = False
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove it: the load is done."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _written(standing: Standing) -> dict[str, Any]:
    witness = standing.witness
    named = witness and {"event_key": witness.event_key.hex(), "event_id": str(witness.event_id)}
    return {**asdict(standing), "witness": named}


def _read(told: dict[str, Any]) -> Standing:
    return Standing(
        SafePoint(**told["after"]),
        Tally(**told["tally"]),
        RefusedSoFar(**told["refused"]),
        _read_witness(told["witness"]),
    )


def _read_witness(told: dict[str, str]) -> Witness:
    return Witness(bytes.fromhex(told["event_key"]), EventId(UUID(told["event_id"])))
