"""Does a route's function get what it declares, each dependency once, and every fault at once?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.calling import CannotBePlanned, caller_of

calls: list[str] = []


class Asked(BaseModel):
    number: int


class Told(BaseModel):
    sum: int


async def base() -> int:
    calls.append("base")
    return 10


async def doubled(given: Annotated[int, Depends(base)]) -> int:
    return 2 * given


async def add(
    asked: Asked,
    more: int,
    of: Annotated[int, Depends(base)],
    and_of: Annotated[int, Depends(doubled)],
    weight: Annotated[int, Header()] = 1,
) -> Told:
    return Told(sum=asked.number + more + of + and_of + weight)


async def answer(function: Any, document: Any = None, query: str = "", **headers: str) -> Response:
    """Call a function as its route would, and as the framework itself does."""
    route = APIRoute("/", function, methods=["POST"])
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "query_string": query.encode(), "headers": raw, "path_params": {}}

    class Read(Request):
        async def json(self) -> Any:
            return document

    return await caller_of(route)(Read(scope))


async def test_a_function_gets_what_it_declares_and_a_dependency_is_asked_once() -> None:
    calls.clear()
    told = await answer(add, {"number": 1}, "more=2", weight="3")
    assert (told.status_code, bytes(told.body)) == (200, b'{"sum":36}')
    assert calls == ["base"]


async def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(RequestValidationError) as refused:
        await answer(add, {"number": "x"}, "more=y", weight="z")
    places = [error["loc"] for error in refused.value.errors()]
    assert places == [("query", "more"), ("header", "weight"), ("body", "number")]


async def test_the_framework_itself_answers_the_same() -> None:
    """What the plan leaves out makes no difference to who asks."""
    app = FastAPI(openapi_url=None)
    app.add_api_route("/", add, methods=["POST"])
    asked: list[tuple[dict[str, Any], str, dict[str, str]]] = [
        ({"number": 1}, "more=2", {"weight": "3"}),
        ({"number": 1}, "more=2", {}),
        ({"number": 1}, "others=2", {"others": "3"}),
        ({"number": "x"}, "more=y", {"weight": "z"}),
        ({}, "", {}),
    ]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://idip.test"
    ) as http:
        for document, query, headers in asked:
            theirs = await http.post(f"/?{query}", json=document, headers=headers)
            assert await told(document, query, headers) == (
                sorted(tuple(error["loc"]) for error in theirs.json()["detail"])
                if theirs.is_error
                else theirs.content
            )


async def told(document: Any, query: str, headers: dict[str, str]) -> Any:
    """Return the answer's bytes, or the places of its faults."""
    try:
        return bytes((await answer(add, document, query, **headers)).body)
    except RequestValidationError as refused:
        return sorted(error["loc"] for error in refused.errors())


async def opens() -> AsyncIterator[int]:
    yield 1


def blocks() -> int:
    return 1


async def keeps(given: Annotated[int, Depends(opens)]) -> None: ...


async def waits(given: Annotated[int, Depends(blocks)]) -> None: ...


async def writes(response: Response) -> None: ...


async def reads_two(one: Annotated[int, Body()], other: Annotated[int, Body()]) -> None: ...


async def reads_a_model(asked: Annotated[Asked, Query()]) -> None: ...


@pytest.mark.parametrize("function", [keeps, waits, writes, reads_two, reads_a_model])
def test_what_the_plan_cannot_provide_is_refused_at_start(function: Any) -> None:
    with pytest.raises(CannotBePlanned):
        caller_of(APIRoute("/", function))
