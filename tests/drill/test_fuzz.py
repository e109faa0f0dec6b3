"""Would the fuzz drill notice?  Reports with something in them, and with nothing behind them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drill.fuzz import Figures, _found

pytestmark = pytest.mark.ci

CLEAN: dict[str, Any] = {
    "failures": [],
    "errors": [],
    "phases": {name: {"status": "success"} for name in ("coverage", "fuzzing", "stateful")},
    "operations": {"tested": 24, "total": 24},
}


def test_a_clean_report_says_nothing() -> None:
    assert list(_found(CLEAN)) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"failures": [{"title": "Server error", "operations": ["POST /v1/keys"]}]},
        {"errors": [{"title": "Schema Error", "count": 1}]},
        {"phases": CLEAN["phases"] | {"stateful": {"status": "skip"}}},
        {"operations": {"tested": 23, "total": 24}},
    ],
    ids=["a failure", "an error", "a phase left out", "an operation not tried"],
)
def test_what_is_wrong_or_was_not_looked_at_is_a_finding(spoilt: dict[str, Any]) -> None:
    assert list(_found(CLEAN | spoilt))


@pytest.mark.parametrize(
    ("figures", "kept"),
    [
        (Figures(cases=1), True),
        (Figures(), False),
        (Figures(cases=1, findings=["Server error: POST /v1/keys"]), False),
        (Figures(cases=1, bugs=["KeyError at somewhere"]), False),
    ],
)
def test_a_promise_is_kept_by_who_looked_and_found_nothing(figures: Figures, kept: bool) -> None:
    assert figures.promise_kept is kept


def test_a_gap_in_the_contract_fails_where_it_is_asked_to() -> None:
    figures = Figures(cases=1, refusals=["Schema-valid request rejected: POST /v1/events"])
    assert figures.is_well(refusals_fail=False)
    assert not figures.is_well(refusals_fail=True)
    figures.findings.append("Server error: POST /v1/keys")
    assert not figures.is_well(refusals_fail=False)
