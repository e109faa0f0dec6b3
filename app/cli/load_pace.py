"""How does a process take in much?  With time for locks, and as many connections as it uses."""

from __future__ import annotations

from typing import Final

from app.flows.load import UNDER_WAY

PATIENT: Final = {
    "lock_timeout_ms": 60_000,
    "statement_timeout_ms": 120_000,
    "acquire_timeout_ms": 60_000,
    "pool_size": UNDER_WAY + 1,
}
"""Arrays that touch the same customers wait for each other, and nobody waits for us."""
