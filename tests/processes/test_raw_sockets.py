"""Does every request have exactly one answer, whatever bytes it is made of?  On the real process.

Whatever stands in the body of a request, and whatever is left over after it, is never run as a
request of its own; and whoever comes next is answered as if nothing had been.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from app.settings import Settings
from tests.conftest import clone_of
from tests.processes import raw_requests
from tests.processes.http_process import Service, http_process
from tests.processes.raw_requests import HOST, KEY, SMUGGLED, Case

PROBE_ID = b"probe-0123456789"
PROBE = b"GET /livez HTTP/1.1\r\n" + HOST + b"X-Request-Id: " + PROBE_ID + b"\r\n\r\n"
PATIENCE_S = 5.0
"""Nothing here takes a tenth of it: only who waits for what never comes runs into it."""

CASES = list(raw_requests.cases())


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came."""

    status: int
    head: bytes
    body: bytes


@pytest.fixture(scope="module")
async def service(
    server_url: str,
    template: str,
    settings: Settings,
    anyio_backend: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("raw")
    async with (
        clone_of(server_url, template) as url,
        http_process(url, settings, folder) as service,
    ):
        yield service


def heard(service: Service, sent: bytes) -> tuple[list[Reply], bool]:
    """Return the answers to what is sent, and whether the connection answers a probe after them."""
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE_S) as connection:
        told = b""
        try:
            connection.sendall(sent.replace(KEY, service.key.encode()))
            connection.sendall(PROBE)
            while PROBE_ID not in told.rpartition(b"HTTP/1.1 ")[2] or not _is_whole(told):
                if not (more := connection.recv(65_536)):
                    return replies(told), False
                told += more
        except (BrokenPipeError, ConnectionResetError):
            told += _what_is_left(connection)
            return replies(told), False
        return replies(told)[:-1], True


def _what_is_left(connection: socket.socket) -> bytes:
    """Return what had arrived before the connection was cut."""
    told = b""
    while True:
        try:
            more = connection.recv(65_536)
        except ConnectionResetError:
            more = b""
        if not more:
            return told
        told += more


def _is_whole(told: bytes) -> bool:
    return told.endswith(b'{"status":"alive"}')


def replies(told: bytes) -> list[Reply]:
    """Return answers as a client takes them apart: each of our own says how long it is."""
    found = []
    while told:
        head, end, rest = told.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 ")
        assert end
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", b"0"))
        found.append(Reply(int(head[9:12]), head.lower(), rest[:length]))
        told = rest[length:]
    return found


def traces(service: Service) -> int:
    """Return how often the smuggled request was run."""
    return asked(service, "/v1/keys").count(f'"client":"{raw_requests.TRACE}"')


def asked(service: Service, path: str) -> str:
    """Return what somebody else is answered, on a connection of their own."""
    with closing(HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", path, headers={"x-api-key": service.key})
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def test_the_corpus_is_not_getting_smaller() -> None:
    assert len(CASES) >= 90


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_request_has_one_answer_and_hides_no_other(service: Service, case: Case) -> None:
    before = traces(service)
    answers, went_on = heard(service, case.sent)
    assert (tuple(answer.status for answer in answers), went_on) == (case.statuses, case.goes_on)
    assert traces(service) == before


def test_what_is_refused_before_any_route_is_a_problem_document(service: Service) -> None:
    [[answer], _] = heard(service, b"GET /livez HTTP/1.1\r\n" + HOST * 2 + b"\r\n")
    assert b"content-type: application/problem+json" in answer.head
    assert b"x-request-id: " in answer.head
    assert b'"type":"/problems/doubled-header"' in answer.body


def test_what_is_refused_before_any_route_is_counted_and_logged_without_its_values(
    service: Service,
) -> None:
    heard(service, b"GET /livez HTTP/1.1\r\nX-Canary : canary-529.982.247-25\r\n\r\n")
    counted = asked(service, "/metrics")
    assert 'method="other",route="unmatched",status="400"' in counted
    assert '"route":"unmatched","status":400' in service.log().replace(", ", ",")
    assert "canary" not in (counted + service.log()).lower()


def test_a_request_that_is_not_hidden_leaves_its_trace(service: Service) -> None:
    """The control: what all the cases hide is a request that works, also behind another one."""
    before = traces(service)
    answers, went_on = heard(service, raw_requests.GET + b"\r\n" + SMUGGLED)
    assert [answer.status for answer in answers] == [200, 201]
    assert went_on
    assert traces(service) == before + 1
