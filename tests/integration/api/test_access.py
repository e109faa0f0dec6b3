"""Who may do what?  Every route of the table × every scope × every state a key can be in."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

import app.main
from app.access import audit
from app.access.queries import revoke_key
from app.access.scopes import BROWSER_SCOPES, Scope
from app.api import scopes
from app.api.dependencies import House
from app.api.route import new_router
from app.api.scopes import FOR_PAGES, SCOPE_OF, Route, ScopeGap, refuse_gaps
from app.main import create_app
from tests.integration.api.conftest import NewClient, NewKey, calling

GUARDED = [(method, path) for (method, path), scope in SCOPE_OF.items() if scope is not None]
PUBLIC = [(method, path) for (method, path), scope in SCOPE_OF.items() if scope is None]
SOMETHING = UUID(int=7)
SHOP = "https://shop.example"


async def knock(http: httpx.AsyncClient, route: Route, **headers: str) -> httpx.Response:
    """Call a route with nothing in particular: what matters is how far one gets."""
    method, template = route
    path = "/".join(
        str(SOMETHING) if part.startswith("{") else part for part in template.split("/")
    )
    body = {"content": b"{}"} if method in {"POST", "PUT", "PATCH"} else {}
    return await http.request(
        method, path, headers={"content-type": "application/json", **headers}, **body
    )


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


# --- the matrix -------------------------------------------------------------------------------


@pytest.fixture
async def keys(new_key: NewKey, house: House) -> dict[str, str]:
    """Return a key for each scope in each state that a key can be in, and some that are none."""
    now = house.clock.now()
    made = {scope.value: (await new_key(scope)).text for scope in Scope}
    for scope in Scope:
        expired = await new_key(scope, expires_at=now + timedelta(seconds=1))
        revoked = await new_key(scope)
        await house.database.write(partial(revoke_key, key_id=revoked.stored.key_id, now=now))
        made |= {f"{scope}, expired": expired.text, f"{scope}, revoked": revoked.text}
        made |= {f"{scope}, mistyped": made[scope][:-1]}
    page = await new_key(*BROWSER_SCOPES, sources=frozenset({"web"}), origins=frozenset({SHOP}))
    return made | {"a page": page.text, "not ours": "sk-0123456789"}


def expected(route: Route, name: str) -> tuple[int, str] | None:
    """Return the refusal that a key of that name gets at a route, or None if it comes in."""
    wanted = SCOPE_OF[route]
    if name == wanted:
        return None
    if name in set(Scope):
        return 403, "missing-scope"
    if name == "a page":
        if wanted not in BROWSER_SCOPES:
            return 403, "missing-scope"
        return None if route in FOR_PAGES else (403, "not-for-pages")
    return (401, "unauthenticated") if name == "none" else (401, "invalid-key")


async def test_every_route_opens_to_its_scope_and_to_nothing_else(
    stranger: httpx.AsyncClient, keys: dict[str, str], clock: Any
) -> None:
    """All routes × all scopes × live, expired, revoked and mistyped; a page's key; none at all."""
    clock.advance(timedelta(seconds=1))
    wrong = []
    for route in GUARDED:
        for name, key in {**keys, "none": ""}.items():
            headers = {"authorization": f"Bearer {key}"} if key else {}
            headers |= {"origin": SHOP} if name == "a page" else {}
            answer = await knock(stranger, route, **headers)
            came_in = answer.status_code not in {401, 403}
            told = None if came_in else refusal(answer)
            challenged = "Bearer" in answer.headers.get("www-authenticate", "")
            if told != expected(route, name) or challenged != (answer.status_code == 401):
                wrong.append((*route, name, answer.status_code, answer.text))
    assert not wrong
    assert len(keys) == 4 * len(Scope) + 2


@pytest.mark.parametrize("route", PUBLIC, ids=" ".join)
async def test_a_public_route_asks_for_no_key_and_looks_at_none(
    route: Route, stranger: httpx.AsyncClient
) -> None:
    answer = await knock(stranger, route, authorization="Bearer nonsense")
    assert answer.status_code not in {401, 403}


def test_nothing_but_operations_is_public() -> None:
    assert not [path for _, path in PUBLIC if path.startswith("/v1/")]


# --- a route without a scope is not served ----------------------------------------------------


def test_the_table_and_the_routes_agree_or_nothing_is_served() -> None:
    refuse_gaps(SCOPE_OF)
    with pytest.raises(ScopeGap, match="GET /v1/more"):
        refuse_gaps([*SCOPE_OF, ("GET", "/v1/more")])
    with pytest.raises(ScopeGap, match="GET /livez"):
        refuse_gaps(SCOPE_OF.keys() - {("GET", "/livez")})


async def nothing() -> None:
    """Answer nothing."""


def test_a_route_without_a_line_cannot_even_be_declared() -> None:
    with pytest.raises(ScopeGap, match="GET /v1/secret"):
        new_router("x").get("/v1/secret")(nothing)


def test_a_route_that_is_not_guarded_is_not_served(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded = APIRouter()
    unguarded.get("/livez")(lambda: None)
    monkeypatch.setattr(app.main, "ROUTERS", (*app.main.ROUTERS, unguarded))
    with pytest.raises(ScopeGap, match="/livez"):
        create_app(house)


def test_a_line_whose_route_has_gone_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scopes, "SCOPE_OF", {**SCOPE_OF, ("GET", "/v1/gone"): Scope.ADMIN})
    with pytest.raises(ScopeGap, match="GET /v1/gone"):
        create_app(house)


# --- the ways a key may come ------------------------------------------------------------------


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
async def key(new_key: NewKey) -> str:
    return (await new_key(Scope.ADMIN)).text


WAYS = {
    "bearer": lambda key: {"authorization": f"Bearer {key}"},
    "bearer, oddly written": lambda key: {"authorization": f"bearer   {key} "},
    "header": lambda key: {"x-api-key": key},
    "user": lambda key: {"authorization": basic(key, "")},
    "password": lambda key: {"authorization": basic("", key)},
    "password of somebody": lambda key: {"authorization": basic("kamailio", key)},
    "user and password": lambda key: {"authorization": basic(key, key)},
}

NO_WAYS = {
    "two": (lambda a, b: {"authorization": f"Bearer {a}", "x-api-key": b}, "several-keys"),
    "two in one": (lambda a, b: {"authorization": basic(a, b)}, "several-keys"),
    "twice the same": (
        lambda a, _: {"authorization": f"Bearer {a}", "x-api-key": a},
        "several-keys",
    ),
    "one and nonsense": (
        lambda a, _: {"authorization": f"Bearer {a}", "x-api-key": "nonsense"},
        "several-keys",
    ),
    "an unknown scheme beside": (
        lambda a, _: {"authorization": f"Digest {a}", "x-api-key": a},
        "several-keys",
    ),
    "no scheme": (lambda a, _: {"authorization": a}, "invalid-key"),
    "no base64": (lambda _a, _b: {"authorization": "Basic !!!"}, "invalid-key"),
    "somebody's password": (lambda _a, _b: {"authorization": basic("ana", "x")}, "invalid-key"),
    "very long": (lambda _a, _b: {"authorization": "Basic " + "A" * 5000}, "invalid-key"),
    "bearer of nothing": (lambda _a, _b: {"authorization": "Bearer"}, "invalid-key"),
    "empty": (lambda _a, _b: {"x-api-key": ""}, "invalid-key"),
}


STATUS_OF = {"several-keys": 400, "invalid-key": 401}


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_may_come_in_several_ways(app: FastAPI, key: str, way: str) -> None:
    async with calling(app, **WAYS[way](key)) as http:
        assert (await http.get("/v1/keys")).status_code == 200


@pytest.mark.parametrize("way", NO_WAYS)
async def test_credentials_that_are_none_or_contradict_each_other_open_nothing(
    app: FastAPI, key: str, new_key: NewKey, way: str
) -> None:
    headers, code = NO_WAYS[way]
    other = (await new_key(Scope.ADMIN)).text
    async with calling(app, **headers(key, other)) as http:
        assert refusal(await http.get("/v1/keys")) == (STATUS_OF[code], code)


async def test_two_keys_in_one_kind_of_header_contradict_each_other(
    stranger: httpx.AsyncClient, key: str, new_key: NewKey
) -> None:
    other = (await new_key(Scope.ADMIN)).text
    headers = [("x-api-key", key), ("x-api-key", other)]
    answer = await stranger.get("/v1/keys", headers=headers)
    assert refusal(answer) == (400, "several-keys")


# --- keys over HTTP ---------------------------------------------------------------------------


async def test_a_key_is_made_shown_once_used_and_revoked(app: FastAPI, client: NewClient) -> None:
    admin = await client(Scope.ADMIN, client="office")
    asked = {"client": "ERP", "scopes": ["events:write"], "sources": ["erp", "shop"]}
    made = await admin.post("/v1/keys", json=asked)
    assert made.status_code == 201
    assert made.json()["key"].startswith(made.json()["prefix"] + "_")
    async with calling(app, **{"x-api-key": made.json()["key"]}) as erp:
        assert (await erp.post("/v1/events", json=[])).status_code == 422
        gone = await admin.delete(f"/v1/keys/{made.json()['key_id']}")
        assert (gone.status_code, gone.content) == (204, b"")
        assert (await erp.post("/v1/events", json=[])).status_code == 401
    again = await admin.delete(f"/v1/keys/{made.json()['key_id']}")
    assert again.status_code == 204
    listed = (await admin.get("/v1/keys")).json()["items"]
    assert [item["client"] for item in listed] == ["ERP", "office"]
    assert listed[0]["revoked_at"] is not None
    assert "key" not in listed[0]
    assert made.json()["key"] not in str(listed)


async def test_a_client_may_have_two_keys_at_once_and_no_third(client: NewClient) -> None:
    admin = await client(Scope.ADMIN, client="office")
    asked = {"client": "ERP", "scopes": ["events:write"]}
    made = [(await admin.post("/v1/keys", json=asked)).json() for _ in range(2)]
    assert made[0]["prefix"] != made[1]["prefix"]
    third = await admin.post("/v1/keys", json=asked)
    assert refusal(third) == (409, "too-many-keys")
    assert all(key["key_id"] in third.json()["detail"] for key in made)
    await admin.delete(f"/v1/keys/{made[0]['key_id']}")
    assert (await admin.post("/v1/keys", json=asked)).status_code == 201


async def test_an_expired_key_makes_room(client: NewClient, clock: Any) -> None:
    admin = await client(Scope.ADMIN, client="office")
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    asked = {"client": "ERP", "scopes": ["events:write"], "expires_at": soon}
    for _ in range(2):
        assert (await admin.post("/v1/keys", json=asked)).status_code == 201
    later = {"client": "ERP", "scopes": ["events:write"]}
    assert (await admin.post("/v1/keys", json=later)).status_code == 409
    clock.advance(timedelta(hours=1))
    assert (await admin.post("/v1/keys", json=later)).status_code == 201


async def test_who_made_and_revoked_a_key_is_noted(client: NewClient, house: House) -> None:
    admin = await client(Scope.ADMIN, client="office")
    asked = {"client": "ERP", "scopes": ["events:write"]}
    made = (await admin.post("/v1/keys", json=asked)).json()
    for _ in range(2):
        answer = await admin.delete(f"/v1/keys/{made['key_id']}")
    acts = [act for act, _ in await house.database.read(lambda tx: audit.about(tx, None, 10))]
    assert [act.kind for act in acts] == ["key.revoked", "key.created"]
    assert {act.actor for act in acts} == {"office"}
    assert {str(act.subject) for act in acts} == {made["key_id"]}
    assert acts[0].request_id != answer.headers["x-request-id"]  # the second revoked nothing


NO_KEYS = {
    "for nothing": {"scopes": []},
    "for what there is not": {"scopes": ["everything"]},
    "for nobody": {"client": ""},
    "in nobody's name": {"sources": []},
    "expired": {"expires_at": "2020-01-01T00:00:00Z"},
    "expiring who knows when": {"expires_at": "2030-01-01T00:00:00"},
    "of one's own making": {"key": "mine"},
    "for a page, with a scope that no page has": {"sources": ["web"], "origins": [SHOP]},
    "for a page, in everybody's name": {"scopes": ["events:write"], "origins": [SHOP]},
    "for a page of nowhere": {"scopes": ["events:write"], "sources": ["web"], "origins": []},
    "for a page in the clear": {
        "scopes": ["events:write"],
        "sources": ["web"],
        "origins": ["http://shop.example"],
    },
    "for a path": {
        "scopes": ["events:write"],
        "sources": ["web"],
        "origins": ["https://shop.example/"],
    },
    "for every page": {"scopes": ["events:write"], "sources": ["web"], "origins": ["*"]},
}


@pytest.mark.parametrize("what", NO_KEYS)
async def test_a_key_that_makes_no_sense_is_not_made(client: NewClient, what: str) -> None:
    admin = await client(Scope.ADMIN)
    asked = {"client": "ERP", "scopes": ["admin"]} | NO_KEYS[what]
    assert (await admin.post("/v1/keys", json=asked)).status_code == 422


async def test_a_key_nobody_has_cannot_be_revoked(client: NewClient) -> None:
    admin = await client(Scope.ADMIN)
    assert (await admin.delete(f"/v1/keys/{SOMETHING}")).status_code == 404
    assert (await admin.delete("/v1/keys/mine")).status_code == 422


async def test_no_usable_key_is_in_the_database(connection: Any, new_key: NewKey) -> None:
    key = await new_key(Scope.ADMIN)
    rows = (await connection.execute(text("SELECT * FROM api_key"))).all()
    assert key.stored.prefix in repr(rows)
    assert key.text[18:] not in repr(rows)
    assert key.text not in repr(key)
