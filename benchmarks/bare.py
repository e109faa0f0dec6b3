"""What is the most that one Python process can do?  The measuring stick of every ratio.

``/bare`` is an ASGI application that asks one indexed statement of asyncpg and nothing else;
``/framework`` is a plain FastAPI route that does the same.  Run by uvicorn, as the service is.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import orjson
import uvicorn
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

CONNECTIONS = 8
"""As many as the service has."""

HELD = "SELECT record_id, assurance FROM record_identifier WHERE identifier_key = $1"

Pool = asyncio.LifoQueue[asyncpg.Connection]


class Asked(BaseModel):
    """Which identifier, by its key in hexadecimal."""

    key: str


class Held(BaseModel):
    """Who holds it."""

    records: list[str]


async def records_of(pool: Pool, key: str) -> list[str]:
    connection = await pool.get()
    try:
        rows = await connection.fetch(HELD, bytes.fromhex(key))
    finally:
        pool.put_nowait(connection)
    return [str(row["record_id"]) for row in rows]


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    pool: Pool = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        pool.put_nowait(await asyncpg.connect(os.environ["BENCH_DSN"]))
    app.state.pool = pool
    yield
    while not pool.empty():
        await pool.get_nowait().close()


framework = FastAPI(lifespan=opened, openapi_url=None)


async def pool_of(request: Request) -> Pool:
    found: Pool = request.app.state.pool
    return found


@framework.post("/framework")
async def held_by(asked: Asked, pool: Annotated[Pool, Depends(pool_of)]) -> Held:
    return Held(records=await records_of(pool, asked.key))


def app() -> ASGIApp:
    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/bare":
            await framework(scope, receive, send)
            return
        asked = orjson.loads(await body_of(receive))
        body = orjson.dumps({"records": await records_of(framework.state.pool, asked["key"])})
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return bare


async def body_of(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message: dict[str, Any] = dict(await receive())
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def serve(fd: int) -> None:
    """Serve on an open socket as the supervisor's own processes do."""
    config = uvicorn.Config(
        app,
        factory=True,
        http="httptools",
        loop="uvloop",
        access_log=False,
        log_config=None,
        server_header=False,
    )
    with socket.socket(fileno=fd) as listening:
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
