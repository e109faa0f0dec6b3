"""What do those who run the service ask it?  Does it live, is it ready, what does it count."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files
from typing import Final, Literal

from fastapi import Request, Response
from pydantic import Field

from app.api import metrics
from app.api.dependencies import House, TheHouse
from app.api.gauges import Gauges
from app.api.openapi import contract_text
from app.api.route import new_router
from app.api.wire import Answer
from app.database.schema import schema_serves
from app.problems import Fault, NotFound, Unavailable

router = new_router("operations")

HTML: Final = "text/html; charset=utf-8"
_STOPPING: Final = Fault("process", "stopping", "this process is about to stop")
_ASSETS: Final = files("fastapi_offline") / "static"
_MEDIA_TYPE_OF: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}
_START: Final = """\
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  persistAuthorization: false,
});
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>idip</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="documentation">The contract is at <a href="openapi.json">openapi.json</a>.</div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
_ONLY_FROM_HERE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


class LiveAnswer(Answer):
    """The process answers."""

    status: Literal["alive"]


class ReadyAnswer(Answer):
    """What was looked at is in order."""

    status: Literal["ready"]
    checks: list[str]
    writes: Literal["on", "off"] = Field(description="off while the disk is full: reads go on")


@router.get("/livez")
async def livez() -> LiveAnswer:
    """Tell that this process answers.  It asks nobody: a lost database is no reason to restart."""
    return LiveAnswer(status="alive")


@router.get("/readyz")
async def readyz(request: Request, house: TheHouse) -> ReadyAnswer:
    """Tell whether requests can be served: the database answers and has what this code needs.

    503 says what is missing, or that this process is about to stop.
    """
    faults = (_STOPPING,) if request.app.state.stopping.noticed else await _not_ready(house)
    if faults:
        raise Unavailable("not ready; see the faults", code="not-ready", faults=faults)
    writes: Literal["on", "off"] = "off" if house.database.is_full else "on"
    return ReadyAnswer(status="ready", checks=["database", "schema"], writes=writes)


@router.get("/metrics", responses={HTTPStatus.OK: {"content": {"text/plain": {}}}})
async def show_metrics(request: Request, house: TheHouse) -> Response:
    """Return what was counted and what the house says of itself, for Prometheus."""
    gauges: Gauges = request.app.state.gauges
    counted = metrics.exposition() + await gauges.exposition(house)
    return Response(counted, media_type=metrics.MEDIA_TYPE)


@router.get("/openapi.json", include_in_schema=False)
async def show_contract(request: Request) -> Response:
    """Return the contract of this very service."""
    return Response(contract_text(request.app), media_type="application/json")


@router.get(
    "/docs",
    include_in_schema=False,
    responses={HTTPStatus.OK: {"content": {"text/html": {}}}},
)
async def show_docs() -> Response:
    """Return the contract as a page on which it can be tried; nothing comes from elsewhere."""
    headers = {"content-security-policy": _ONLY_FROM_HERE}
    return Response(_PAGE, media_type=HTML, headers=headers)


@router.get(
    "/docs/{asset}",
    include_in_schema=False,
    responses={HTTPStatus.OK: {"content": {"text/javascript": {}, "text/css": {}}}},
)
async def show_docs_asset(asset: str) -> Response:
    """Return one of the files that the page is made of."""
    if asset not in _MEDIA_TYPE_OF:
        raise NotFound
    content = _START if asset == "start.js" else (_ASSETS / asset).read_bytes()
    headers = {"cache-control": "public, max-age=3600"}
    return Response(content, media_type=_MEDIA_TYPE_OF[asset], headers=headers)


async def _not_ready(house: House) -> tuple[Fault, ...]:
    try:
        serves = await house.database.read(schema_serves)
    except Unavailable:
        return (Fault("database", "unavailable", "the database does not answer"),)
    if not serves:
        return (Fault("schema", "not-current", "the schema is older than this version"),)
    return ()
