"""Is this process about to stop?  Whoever sends it requests hears so before the door is closed.

The supervisor sends ``NOTICE``; from then on ``/readyz`` says 503 and everything else is answered
as ever.  How long that lasts is the setting ``IDIP_STOP_NOTICE_MS``.
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import Final

NOTICE: Final = signal.SIGUSR1


@dataclass(slots=True)
class Stopping:
    """Whether notice was given."""

    noticed: bool = False

    def listen(self) -> None:
        """Take notice from now on; called in the process's event loop."""
        asyncio.get_running_loop().add_signal_handler(NOTICE, self._take_notice)

    def _take_notice(self) -> None:
        self.noticed = True
