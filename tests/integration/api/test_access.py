"""Who may do what?  Every route of the table × every scope × every state a key can be in."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

import app.main
from app.access.queries import revoke_key
from app.access.scopes import Scope
from app.api import scopes
from app.api.dependencies import House
from app.api.route import new_router
from app.api.scopes import SCOPE_OF, Route, ScopeGap, refuse_gaps
from app.main import create_app
from tests.integration.api.conftest import NewClient, NewKey, calling

GUARDED = [(method, path) for (method, path), scope in SCOPE_OF.items() if scope is not None]
PUBLIC = [(method, path) for (method, path), scope in SCOPE_OF.items() if scope is None]
SOMETHING = UUID(int=7)


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
    """Return one key for each scope, and one in each state in which a key opens nothing."""
    now = house.clock.now()
    made = {scope.value: (await new_key(scope)).text for scope in Scope}
    expired = await new_key(*Scope, expires_at=now + timedelta(seconds=1))
    revoked = await new_key(*Scope)
    await house.database.write(lambda tx: revoke_key(tx, revoked.stored.key_id, now))
    return made | {
        "expired": expired.text,
        "revoked": revoked.text,
        "mistyped": revoked.text[:-1],
        "not ours": "sk-0123456789",
    }


@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
async def test_a_guarded_route_opens_to_its_scope_and_to_nothing_else(
    route: Route, stranger: httpx.AsyncClient, keys: dict[str, str], clock: Any
) -> None:
    clock.advance(timedelta(seconds=1))
    wanted = SCOPE_OF[route]
    told = {
        name: await knock(stranger, route, authorization=f"Bearer {text}")
        for name, text in keys.items()
    }
    for scope in Scope:
        if scope is wanted:
            assert told[scope].status_code not in {401, 403}, told[scope].text
        else:
            assert refusal(told[scope]) == (403, "missing-scope")
    for name in keys.keys() - set(Scope):
        assert refusal(told[name]) == (401, "invalid-key"), name
        assert "Bearer" in told[name].headers["www-authenticate"]
    assert refusal(await knock(stranger, route)) == (401, "unauthenticated")


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


def test_a_route_without_a_line_cannot_even_be_declared() -> None:
    with pytest.raises(ScopeGap, match="GET /v1/secret"):
        new_router("x").get("/v1/secret")(lambda: None)


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
    "twice the same": lambda key: {"authorization": f"Bearer {key}", "x-api-key": key},
}

NO_WAYS = {
    "two": (lambda a, b: {"authorization": f"Bearer {a}", "x-api-key": b}, "several-keys"),
    "two in one": (lambda a, b: {"authorization": basic(a, b)}, "several-keys"),
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
        assert refusal(await http.get("/v1/keys")) == (401, code)


async def test_two_keys_in_one_kind_of_header_contradict_each_other(
    stranger: httpx.AsyncClient, key: str, new_key: NewKey
) -> None:
    other = (await new_key(Scope.ADMIN)).text
    headers = [("x-api-key", key), ("x-api-key", other)]
    answer = await stranger.get("/v1/keys", headers=headers)
    assert refusal(answer) == (401, "several-keys")


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


async def test_a_client_may_have_two_keys_at_once(client: NewClient) -> None:
    admin = await client(Scope.ADMIN, client="office")
    asked = {"client": "ERP", "scopes": ["events:write"]}
    made = [(await admin.post("/v1/keys", json=asked)).json() for _ in range(2)]
    assert made[0]["prefix"] != made[1]["prefix"]


NO_KEYS = {
    "for nothing": {"scopes": []},
    "for what there is not": {"scopes": ["everything"]},
    "for nobody": {"client": ""},
    "in nobody's name": {"sources": []},
    "expired": {"expires_at": "2020-01-01T00:00:00Z"},
    "expiring who knows when": {"expires_at": "2030-01-01T00:00:00"},
    "of one's own making": {"key": "mine"},
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
