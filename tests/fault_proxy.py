"""What may happen on the way to a database?  A proxy before it that plays every fault.

WELL     passes everything on
SLOW     passes it on after ``delay_s``, each way
HOLE     takes everything and passes nothing on, whoever connects
REFUSE   breaks off every connection, and each new one as soon as it is made
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from pathlib import Path

from sqlalchemy import make_url


class Fault(Enum):
    WELL = auto()
    SLOW = auto()
    HOLE = auto()
    REFUSE = auto()


class FaultProxy:
    """A way to one server, listening on a port of this machine."""

    def __init__(self, server: Path) -> None:
        self.delay_s = 0.1
        self._server = server
        self._fault = Fault.WELL
        self._open: set[asyncio.StreamWriter] = set()

    def play(self, fault: Fault) -> None:
        """From now on this happens; what was swallowed is lost, as no connection survives that."""
        if fault is Fault.REFUSE or self._fault is Fault.HOLE:
            self.reset()
        self._fault = fault

    def reset(self) -> None:
        """Break off every connection there is."""
        for writer in self._open:
            writer.transport.abort()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault is Fault.REFUSE:
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(self._server)
        self._open |= {writer, back}
        await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        self._open -= {writer, back}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self._fault is Fault.SLOW:
                    await asyncio.sleep(self.delay_s)
                if self._fault is not Fault.HOLE:
                    writer.write(data)
        writer.transport.abort()


@asynccontextmanager
async def fault_proxy(url: str) -> AsyncIterator[tuple[FaultProxy, str]]:
    """Yield a proxy before the server of a URL that names a socket, and the URL through it."""
    asked = make_url(url)
    proxy = FaultProxy(Path(str(asked.query["host"]), f".s.PGSQL.{asked.port or 5432}"))
    server = await asyncio.start_server(proxy.connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = asked.set(host="127.0.0.1", port=port).difference_update_query(["host"])
    try:
        yield proxy, through.render_as_string(hide_password=False)
    finally:
        server.close()
        proxy.reset()
