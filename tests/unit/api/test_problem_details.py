"""Does a problem say where and why, in our words, and never what was sent?"""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.api.event_document import EventDocument, read_event_document
from app.api.identity import ResolveDocument
from app.api.problem_details import (
    MOST_FAULTS,
    ProblemAnswer,
    faults_of,
    problem_answer,
    problem_of,
    problem_response,
)
from app.api.wire import Moment
from app.flows.event_command import Unreadable
from app.problems import Fault, InvalidInput, Problem, TooMany, Unauthenticated, Unavailable

CANARY = "Zenobia 529.982.247-25"


def every_kind(of: type[Problem] = Problem) -> list[type[Problem]]:
    return [of, *(each for kind in of.__subclasses__() for each in every_kind(kind))]


@pytest.mark.parametrize("kind", every_kind())
def test_every_kind_of_problem_is_a_document_of_one_shape(kind: type[Problem]) -> None:
    response = problem_response(kind(), "an-id-of-a-request")
    document = ProblemAnswer.model_validate_json(bytes(response.body))
    assert response.media_type == "application/problem+json"
    assert document.status == response.status_code == kind.status
    assert document.type == f"/problems/{kind.code}"
    assert document.instance == "/requests/an-id-of-a-request"


@pytest.mark.parametrize("kind", [TooMany, Unavailable])
def test_who_is_told_to_come_back_is_told_when(kind: type[Problem]) -> None:
    assert problem_response(kind(), "1").headers["retry-after"] == "1"
    assert problem_response(kind(retry_after_s=9), "1").headers["retry-after"] == "9"


def test_who_is_not_known_is_told_how_to_say_who_they_are() -> None:
    assert problem_response(Unauthenticated(), "1").headers["www-authenticate"]


def test_a_bug_is_no_problem_of_the_callers() -> None:
    assert problem_of(RuntimeError(CANARY)) is None


def test_faults_have_an_end() -> None:
    faults = tuple(Fault(f"/{n}", "missing", "this field is needed") for n in range(200))
    assert len(problem_answer(InvalidInput(faults=faults), "1").errors) == MOST_FAULTS


def test_a_fault_tells_in_which_part_of_a_request_it_is() -> None:
    errors = [
        {"type": "missing", "loc": ("body", "identifiers", 0, "value"), "msg": ""},
        {"type": "int_type", "loc": ("query", "limit"), "msg": "Input should be a valid integer"},
        {"type": "uuid_parsing", "loc": ("path", "customer_id"), "msg": f"found `{CANARY}`"},
        {"type": "missing", "loc": ("body",), "msg": ""},
    ]
    problem = problem_of(RequestValidationError(errors))
    assert problem is not None
    assert [fault.pointer for fault in problem.faults] == [
        "/identifiers/0/value",
        "query/limit",
        "path/customer_id",
        "",
    ]
    assert CANARY not in repr(problem.faults)


def faults(model: type[BaseModel] | Any, document: Any) -> tuple[Fault, ...]:
    try:
        TypeAdapter(model).validate_python(document)
    except ValidationError as error:
        return faults_of(error.errors(include_input=False, include_url=False))
    return ()


@pytest.mark.parametrize("model", [EventDocument, ResolveDocument])
@pytest.mark.parametrize("field", ["id", "type", "time", "identifiers", "data", CANARY])
@pytest.mark.parametrize(
    "value", [CANARY, [CANARY], {CANARY: CANARY}, {"type": CANARY}, [{"type": CANARY}], 52998224725]
)
def test_what_is_wrong_is_told_without_what_was_sent(
    model: type[BaseModel], field: str, value: Any
) -> None:
    told = repr(faults(model, {field: value}))
    assert told != "()"
    assert "Zenobia" not in told
    assert "529" not in told


@given(st.text(min_size=4))
def test_no_text_that_is_no_instant_is_quoted(sent: str) -> None:
    told = faults(Moment, sent)
    assert not told or sent not in told[0].detail


@pytest.mark.parametrize(
    "sent",
    ["2026-13-45T00:00:00Z", "2026-11-20T14:03:60Z", "2026-W01-1T00:00Z", "0001-01-01T00:00:00Z"],
)
def test_an_instant_that_there_is_not_is_refused_in_our_words(sent: str) -> None:
    [fault] = faults(Moment, sent)
    assert fault.detail.startswith("an instant")


@pytest.mark.parametrize("sent", ["2026-11-20t14:03:00z", "2026-11-20 14:03-03:00"])
def test_instants_are_read_as_people_write_them(sent: str) -> None:
    assert faults(Moment, sent) == ()


def test_an_unreadable_event_says_where() -> None:
    read = read_event_document({"id": "1", "source": "erp", "type": "sale", "data": {"net": 1.5}})
    assert isinstance(read, Unreadable)
    assert [fault.pointer for fault in read.problem.faults] == ["/time"]
