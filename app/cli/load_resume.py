"""Where did a load stop?  A small file beside the one that is loaded, gone when it is done.

It says how far the file is safe, and names an event of that part by its key: only a database that
knows this event is believed to hold the part, so that a mark left by another database, or by one
that was restored from an older backup, costs time and never a line.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from app.cli.load_file import BEGINNING
from app.flows.load import NOTHING, Loaded, SafePoint, Tally


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a load has come: what is safe, what came of it, and the refused lines written."""

    after: SafePoint = BEGINNING
    tally: Tally = NOTHING
    witness: bytes | None = None
    refused_bytes: int = 0

    def with_array(self, loaded: Loaded, refused_bytes: int) -> Standing:
        """Return the standing once another array is safe."""
        return Standing(
            loaded.after,
            self.tally + loaded.tally,
            loaded.witness or self.witness,
            refused_bytes,
        )


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
        """Write the standing down, whole or not at all, if the folder can be written to."""
        if not self.may_be_kept:
            return
        draft = self._path.with_name(f"{self._path.name}.new")
        draft.write_bytes(orjson.dumps({"identity": self._identity, **_written(standing)}))
        draft.replace(self._path)

    def forget(self) -> None:
        """Remove it: the load is done."""
        if self.may_be_kept:
            self._path.unlink(missing_ok=True)


def _written(standing: Standing) -> dict[str, Any]:
    witness = standing.witness and standing.witness.hex()
    return {**asdict(standing), "witness": witness}


def _read(told: dict[str, Any]) -> Standing:
    return Standing(
        SafePoint(**told["after"]),
        Tally(**told["tally"]),
        None if told["witness"] is None else bytes.fromhex(told["witness"]),
        int(told["refused_bytes"]),
    )
