"""Where is everything put together?  Here, in one place: settings, database, routes, edge."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from secrets import token_bytes
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Scope as ReceivedScope

from app.access.authenticate import KeyRing
from app.access.number_budget import NumberBudget
from app.api import (
    catalogue,
    customer_rights,
    customers,
    decisions,
    events,
    identity,
    keys,
    operations,
    outcomes,
    reviews,
    scoring_runs,
    subject_export,
    subject_rectification,
    subject_requests,
    touchpoint_identity,
    touchpoints,
)
from app.api.admission.door import SPARE_CONNECTIONS, Door
from app.api.admission.early import Early
from app.api.cross_origin import AnswersBrowsers, MarksForPages
from app.api.dependencies import House
from app.api.edge import Edge, exchange_of
from app.api.gauges import Gauges
from app.api.logging import configure_logging
from app.api.openapi import contract_text
from app.api.problem_details import MethodNotAllowed, problem_of, problem_response
from app.api.route import GuardedRoute
from app.api.scopes import Route, ScopeGap, methods_at, refuse_gaps
from app.api.stopping import Stopping
from app.api.surface import Surface
from app.database.clock import Clock, SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.location import Location, located
from app.database.room import room_of
from app.database.transaction import Database
from app.differentiate import fields as differentiate
from app.flows.desk import Desk
from app.flows.event_reading import Reader
from app.identify.normalise import warm_up
from app.interact import fields as interact
from app.personalise import fields as personalise
from app.personalise.bundle import read_catalogue, shipped_document
from app.problems import Problem
from app.rules.fields import FieldRegistry
from app.settings import Settings
from app.supervisor.garbage import fewer_collections
from app.telemetry.database import facade_of
from app.telemetry.requests import TracedRequests
from app.telemetry.start import sent_to_the_last, started
from app.telemetry.tracing import Tracing

TITLE: Final = "idip"
CONTRACT_VERSION: Final = "1"
DESCRIPTION: Final = "Who is this, what are they worth, what should we do now."

ROUTERS: Final = (
    operations.router,
    identity.router,
    touchpoints.router,
    touchpoint_identity.router,
    outcomes.router,
    reviews.router,
    decisions.router,
    events.router,
    customers.router,
    customer_rights.router,
    subject_export.router,
    subject_rectification.router,
    subject_requests.router,
    scoring_runs.router,
    catalogue.router,
    keys.router,
)

Opener = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own would put paths, queries and the words of errors into spans and logs."""


def create_app(house: House) -> FastAPI:
    """Return the application on an open house.

    Raises:
        ScopeGap: a route and the table of scopes disagree.
    """
    app = _wired(house.settings)
    app.state.house = house
    return app


def serving_app() -> FastAPI:
    """Return the application that opens its own house when it starts: what ``uvicorn`` serves."""
    settings = Settings.from_environ(os.environ)
    configure_logging(settings.log_level, sys.stdout)
    tracing = started(os.environ)
    return _wired(settings, _opening(settings, tracing), tracing)


def contract() -> str:
    """Return the text of ``openapi/v1.json`` as the code has it."""
    return contract_text(_wired(Settings()))


async def open_house(
    settings: Settings, location: Location, clock: Clock, facade: type[Database] = Database
) -> House:
    """Connect to the database, through ``facade``, and make what every request uses.

    Raises:
        SettingsError, Unavailable: as ``Database.open`` tells.
    """
    warm_up(settings.country)
    database = await facade.open(
        settings, location.url, application_name="idip api", room=room_of(settings)
    )
    return furnished(settings, database, location.keyed_hash, clock)


def furnished(settings: Settings, database: Database, keyed_hash: KeyedHash, clock: Clock) -> House:
    """Return the house around an open database."""
    door = Door(max(1, settings.pool_size - SPARE_CONNECTIONS))
    return House(
        settings=settings,
        database=database,
        clock=clock,
        keyed_hash=keyed_hash,
        reader=Reader(
            keyed_hash=keyed_hash,
            country=settings.country,
            currency=settings.currency,
            zone=settings.zone,
            future_tolerance=timedelta(hours=settings.future_tolerance_hours),
        ),
        desk=Desk(
            keyed_hash=keyed_hash,
            country=settings.country,
            zone=settings.zone,
            company_name=settings.company_name,
            catalogue=read_catalogue(shipped_document(), registry()),
            source_rank=settings.sources_by_rank,
        ),
        key_ring=KeyRing(database, keyed_hash, clock, ttl_s=settings.key_cache_ttl_ms / 1000),
        door=door,
        early=Early(door, token_bytes(32)),
        number_budget=NumberBudget(settings.distinct_numbers_per_minute, token_bytes(32)),
    )


def registry() -> FieldRegistry:
    """Return every field a rule may ask about: what each stage exports, joined."""
    return FieldRegistry.join(differentiate.FIELDS, interact.FIELDS, personalise.FIELDS)


def _opening(settings: Settings, tracing: Tracing | None) -> Opener:
    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        async with sent_to_the_last(tracing), located(settings) as location:
            app.state.house = await open_house(
                settings, location, SystemClock(), facade_of(tracing)
            )
            app.state.stopping.listen()
            try:
                async with app.state.house.key_ring.last_used.kept_behind(app.state.house.database):
                    with fewer_collections():
                        yield
            finally:
                await app.state.house.database.close()

    return opened


def _wired(
    settings: Settings, opening: Opener | None = None, tracing: Tracing | None = None
) -> FastAPI:
    app = Surface(
        title=TITLE,
        version=CONTRACT_VERSION,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=opening,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(MarksForPages),
            Middleware(Edge, longest_body=settings.max_body_bytes, early=_early_in),
            Middleware(AnswersBrowsers),
        ],
        exception_handlers=dict.fromkeys(
            (Problem, HTTPException, RequestValidationError), _answer_problem
        ),
    )
    app.state.stopping = Stopping()
    app.state.gauges = Gauges()
    for router in ROUTERS:
        app.include_router(router)
    refuse_gaps(_served(app))
    if tracing is not None:
        app.add_middleware(TracedRequests, tracing=tracing)  # around those above
    return app


def _early_in(scope: ReceivedScope) -> Early:
    """Return who looks at a request first; the house is there by then."""
    found: Early = scope["app"].state.house.early
    return found


def _served(app: FastAPI) -> Iterator[Route]:
    """Yield every route of the application.

    Raises:
        ScopeGap: one of them is not guarded, so that the table would mean nothing for it.
    """
    for found in iter_route_contexts(app.routes):
        if not isinstance(found.original_route, GuardedRoute):
            raise ScopeGap(f"{found.path} is not made by new_router")
        for method in found.original_route.methods or ():
            yield method, found.original_route.path_format


async def _answer_problem(request: Request, error: Exception) -> Response:
    problem = problem_of(error) or Problem()
    headers = {}
    if isinstance(problem, MethodNotAllowed):  # the framework would name those of one route only
        headers["allow"] = ", ".join(methods_at(request.scope["path"]))
    return problem_response(problem, exchange_of(request.scope).request_id, headers)
