"""Is what was published what the code does?  The committed document, and answers that keep it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.api.scopes import SCOPE_OF
from app.main import ROUTERS, contract
from tests.contract.judge import BrokenContract, Judge

COMMITTED = Path(__file__).parents[2] / "openapi" / "v1.json"
TEXT = contract()
CONTRACT = json.loads(TEXT)
JUDGE = Judge(CONTRACT)

PROBLEM = {
    "type": "/problems/unavailable",
    "title": "The service cannot answer right now",
    "status": 503,
    "detail": "The service cannot answer right now",
    "instance": "/requests/1",
    "request_id": "1",
    "errors": [],
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


# --- the document -----------------------------------------------------------------------------


def test_the_committed_contract_is_what_the_code_says() -> None:
    assert COMMITTED.read_text("utf-8") == TEXT, "`make openapi` writes it again"


def test_the_contract_is_written_so_that_a_change_shows_in_the_difference() -> None:
    assert json.dumps(CONTRACT, indent=2, sort_keys=True, ensure_ascii=False) + "\n" == TEXT
    assert contract() == TEXT


def test_it_is_openapi_that_tools_take() -> None:
    assert CONTRACT["openapi"].startswith("3.1")
    for schema in CONTRACT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(_references(CONTRACT)):
        found: Any = CONTRACT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_operations_are_named_as_their_functions() -> None:
    functions = {route.endpoint.__name__ for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]
    names = [operation["operationId"] for _, _, operation in operations()]
    assert set(names) <= functions
    assert len(names) == len(set(names))


def test_every_operation_says_what_it_does() -> None:
    unsaid = [(method, path) for path, method, told in operations() if not told.get("description")]
    assert not unsaid


def test_the_frameworks_own_errors_are_nowhere() -> None:
    assert "HTTPValidationError" not in TEXT


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [pytest.param(*each, id=f"{each[1]} {each[0]}") for each in operations()],
)
def test_an_operation_tells_its_scope_and_its_refusals(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    scope = SCOPE_OF[method, path]
    expected = {"406", "503"}
    if scope is None:
        assert operation["security"] == []
    else:
        assert {name for way in operation["security"] for name in way} == {
            "bearer",
            "header",
            "basic",
        }
        assert operation["x-scope"] == scope
        expected |= {"401", "403", "429"}
    if "requestBody" in operation:
        expected |= {"400", "408", "413", "415", "422"}
    if "{" in path:
        expected |= {"404", "422"}
    assert expected <= operation["responses"].keys()
    for status, told in operation["responses"].items():
        assert int(status) < 400 or told["$ref"].startswith("#/components/responses/"), status


ONLY_ASKS = {
    ("POST", "/v1/identity/resolve"),
    ("POST", "/v1/decisions/{decision_id}/replay"),
}


def test_every_operation_that_writes_takes_an_idempotency_key_and_no_other() -> None:
    taking = set()
    for path, method, operation in operations():
        for parameter in operation.get("parameters", ()):
            if (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header"):
                assert not parameter["required"]
                assert {"400", "409", "410", "422"} <= operation["responses"].keys()
                taking.add((method, path))
    assert taking == {route for route in SCOPE_OF if route[0] != "GET"} - ONLY_ASKS


def test_no_answer_has_a_default() -> None:
    answers = {
        name: schema
        for name, schema in CONTRACT["components"]["schemas"].items()
        if name.endswith("Answer")
    }
    assert answers
    assert not [
        f"{name}.{field}"
        for name, schema in answers.items()
        for field, told in schema["properties"].items()
        if "default" in told
    ]


# --- what may stand in an event ---------------------------------------------------------------

EVENT = Draft202012Validator(
    {"$ref": "#/components/schemas/EventDocument", "components": CONTRACT["components"]}
)
SALE = {
    "id": "1",
    "source": "erp",
    "type": "sale",
    "time": "2026-11-20T14:03:00-03:00",
    "data": {"net": "1.00"},
}


def test_the_contract_knows_what_each_type_of_event_carries() -> None:
    assert EVENT.is_valid(SALE)
    assert not EVENT.is_valid(SALE | {"data": {"net": 1.0}})
    assert not EVENT.is_valid(SALE | {"data": {"net": "1.00", "colour": "red"}})
    assert not EVENT.is_valid({name: SALE[name] for name in SALE if name != "data"})
    assert not EVENT.is_valid(SALE | {"type": "complaint"})
    assert EVENT.is_valid(SALE | {"type": "logout", "data": {}})
    assert not EVENT.is_valid(SALE | {"id": "a\x00b"})


# --- the judge bites --------------------------------------------------------------------------


def an_answer(
    document: Any,
    *,
    path: str = "/v1/identity/resolve",
    status: int = 503,
    media_type: str = "application/problem+json",
) -> httpx.Response:
    return httpx.Response(
        status,
        json=document,
        headers={"content-type": media_type, "retry-after": "1"},
        request=httpx.Request("POST", f"http://idip.test{path}"),
    )


def test_an_answer_as_promised_is_let_pass() -> None:
    JUDGE.judge(an_answer(PROBLEM))
    JUDGE.judge(an_answer(PROBLEM, path="/nowhere", status=404))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(an_answer(PROBLEM | {"status": "503"}), id="type"),
        pytest.param(an_answer({}), id="nothing in it"),
        pytest.param(an_answer(PROBLEM, media_type="application/json"), id="content type"),
        pytest.param(an_answer(PROBLEM, status=402), id="status"),
        pytest.param(an_answer(PROBLEM, path="/nowhere", status=200), id="path"),
        pytest.param(an_answer({"state": "known"}, status=200), id="shape"),
    ],
)
def test_an_answer_that_was_not_promised_is_noticed(broken: httpx.Response) -> None:
    with pytest.raises(BrokenContract):
        JUDGE.judge(broken)


def test_a_header_that_was_promised_is_missed() -> None:
    answer = an_answer(PROBLEM)
    del answer.headers["retry-after"]
    with pytest.raises(BrokenContract, match="Retry-After"):
        JUDGE.judge(answer)
