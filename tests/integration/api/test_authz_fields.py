"""Does an answer show a key more than the table of fields lets it see?  Every scope, real data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.access.scopes import BROWSER_SCOPES, Scope
from app.api.dependencies import House
from app.api.openapi import contract_of
from app.api.scopes import FOR_PAGES, SCOPE_OF
from app.api.visible import BROWSER, SEES
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from tests.builders import CPF_ANA, a_sale, an_event, email, phone, tax_id, visit
from tests.integration.api.conftest import NewClient, NewKey, calling

NAME = "Ana Maria de Souza"
PROFILE = {"name": NAME, "birth_date": "1984-05-02", "owner": "V7"}
SALE = a_sale(record_key="C-1", identifiers=[phone(), tax_id(), email()], profile=PROFILE)
MINE = visit("4f1c9a0e-visit-of-mine")
SHOP = "https://shop.example"
SECRET = (NAME, "Souza", CPF_ANA, "52998224725", "ana.souza@example.com", "1984-05-02", "C-1")
"""What nobody hears whose key has no scope of customers."""

DOCUMENT_OF = {
    "/v1/touchpoints": "TouchpointAnswer",
    "/v1/identity/resolve": "ResolveAnswer",
    "/v1/events": "EventsAnswer",
    "/v1/outcomes": "OutcomesAnswer",
}
SHOWN = [{"decision_id": None, "outcome": "shown", "time": "2026-11-20T12:00:00Z"}]
ASKED: dict[str, Any] = {
    "/v1/touchpoints": {"channel": "voice", "identifiers": [phone()], "deadline_ms": 10_000},
    "/v1/identity/resolve": {"identifiers": [phone()]},
    "/v1/events": [SALE],
    "/v1/outcomes": SHOWN,
}
PAGES: dict[str, Any] = {
    "/v1/touchpoints": {"channel": "web", "identifiers": [MINE], "deadline_ms": 10_000},
    "/v1/events": [a_sale(source="web"), an_event("cart", source="web", identifiers=[MINE])],
    "/v1/outcomes": SHOWN,
}

# Names under which something about a person would be told, and the documents that may.
PERSONAL = {"display_name", "profile", "identifiers", "record_key", "birth_date", "details", "net"}
OF_CUSTOMERS = {Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.CUSTOMERS_EXPORT}


@pytest.fixture(autouse=True)
async def ana(house: House, client: NewClient) -> None:
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))
    erp = await client(Scope.EVENTS_WRITE, client="erp")
    assert (await erp.post("/v1/events", json=[SALE])).status_code == 200


def told(document: Any, place: str = "") -> Iterator[str]:
    """Yield the place of everything in a document that says something."""
    if isinstance(document, dict):
        for name, part in document.items():
            yield from told(part, f"{place}.{name}" if place else name)
    elif isinstance(document, list):
        for part in document:
            yield from told(part, place)
    elif document is not None:
        yield place


def outside(document: Any, allowed: set[str]) -> set[str]:
    """Return what a document tells that is not below one of the fields that are allowed."""
    return {
        place
        for place in told(document)
        if not any(place == field or place.startswith(f"{field}.") for field in allowed)
    }


async def heard(http: httpx.AsyncClient, path: str, asked: dict[str, Any]) -> Any:
    body = asked[path]
    if path == "/v1/outcomes":
        asking = await http.post("/v1/touchpoints", json=asked["/v1/touchpoints"])
        decision = asking.json()["decisions"][0]["decision_id"]
        body = [{**body[0], "decision_id": decision}]
    answer = await http.post(path, json=body)
    assert answer.status_code in {200, 207}, answer.text
    return answer.json()


@pytest.mark.parametrize("path", DOCUMENT_OF)
async def test_no_key_hears_more_than_its_scopes_may_see(path: str, client: NewClient) -> None:
    seers, needed = SEES[DOCUMENT_OF[path]], SCOPE_OF["POST", path]
    for others in combinations(Scope, 1):
        scopes = {needed, *others}
        http = await client(*scopes)
        allowed = set().union(*(seers.get(scope, frozenset()) for scope in scopes))
        document = await heard(http, path, ASKED)
        assert not outside(document, allowed), scopes
        if not scopes & OF_CUSTOMERS:
            text = str(document)
            assert not [secret for secret in SECRET if secret in text]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_hears_no_more_than_pages_may_see(
    path: str, app: FastAPI, new_key: NewKey
) -> None:
    key = await new_key(*BROWSER_SCOPES, sources=frozenset({"web"}), origins=frozenset({SHOP}))
    async with calling(app, authorization=f"Bearer {key.text}", origin=SHOP) as page:
        document = await heard(page, path, PAGES)
    assert not outside(document, set(SEES[DOCUMENT_OF[path]][BROWSER]))


async def test_the_name_is_told_in_full_to_who_may_read_customers_only(client: NewClient) -> None:
    ring = ASKED["/v1/touchpoints"]
    ivr, desk = (
        await client(Scope.DECISIONS_WRITE),
        await client(Scope.DECISIONS_WRITE, Scope.CUSTOMERS_READ),
    )
    spoken = (await ivr.post("/v1/touchpoints", json=ring)).json()["customer"]
    assert (spoken["may_speak_name"], spoken["display_name"]) == (True, "Ana")
    full = (await desk.post("/v1/touchpoints", json=ring)).json()["customer"]
    assert full["display_name"] == NAME
    shared = {"channel": "voice", "identifiers": [email("nobody@example.com")]}
    assert (await ivr.post("/v1/touchpoints", json=shared)).json()["customer"][
        "display_name"
    ] is None


def test_the_check_bites() -> None:
    document = {"customer": {"display_name": NAME, "id": None}, "degraded": []}
    assert outside(document, {"degraded", "customer.id"}) == {"customer.display_name"}
    assert not outside(document, {"customer"})


def test_the_table_names_fields_that_there_are(app: FastAPI) -> None:
    schemas = contract_of(app)["components"]["schemas"]
    for document, seers in SEES.items():
        fields, places = set().union(*seers.values()), set(_places(schemas, schemas[document]))
        assert fields <= places, document
        told = {place for place in places if "." not in place}
        assert told == {field.partition(".")[0] for field in fields}, "a new field: who sees it?"


def test_every_route_for_pages_has_a_line_for_them() -> None:
    assert {DOCUMENT_OF[path] for _, path in FOR_PAGES} == {
        document for document, seers in SEES.items() if BROWSER in seers
    }


def test_nothing_personal_is_declared_where_no_scope_of_customers_is_needed(app: FastAPI) -> None:
    """A new route that tells a name must need such a scope, or be in the table of fields."""
    contract = contract_of(app)
    found = {
        f"{method} {path}": personal
        for (method, path), scope in SCOPE_OF.items()
        if scope not in OF_CUSTOMERS
        for operation in [contract["paths"].get(path, {}).get(method.lower(), {})]
        if (personal := _declared(contract["components"]["schemas"], operation) & PERSONAL)
    }
    assert not found


def _declared(schemas: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """Return the names of what an operation may tell, but for documents of the table."""
    told = [
        media.get("schema", {})
        for status, answer in operation.get("responses", {}).items()
        if status.startswith("2")
        for media in answer.get("content", {}).values()
    ]
    alone = [part for schema in told for part in schema.get("anyOf", [schema])]
    beside = [part for part in alone if part.get("$ref", "").rpartition("/")[2] not in SEES]
    return {place.rpartition(".")[2] for part in beside for place in _places(schemas, part)}


def _places(schemas: dict[str, Any], schema: dict[str, Any], place: str = "") -> Iterator[str]:
    if reference := schema.get("$ref"):
        schema = schemas[reference.rpartition("/")[2]]
    for part in schema.get("anyOf", ()):
        yield from _places(schemas, part, place)
    if isinstance(schema.get("items"), dict):
        yield from _places(schemas, schema["items"], place)
    for name, part in schema.get("properties", {}).items():
        yield (below := f"{place}.{name}" if place else name)
        yield from _places(schemas, part, below)
