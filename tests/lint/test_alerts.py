"""Does every alert of ``docs/alerts.yaml`` ask for what there is, and say what to do?

A rule that misspells a metric or a label never fires, and nobody hears of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import promql_parser as promql
import pytest
import yaml

from app.api import gauges, metrics
from app.api.admission.kinds import Kind
from app.api.scopes import SCOPE_OF
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.jobs import hired
from app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
GROUPS = yaml.safe_load((DOCS / "alerts.yaml").read_text("utf-8"))["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
IDS = [rule["alert"] for rule in RULES]

HEADING = re.compile(r"^#+ (.+)$", flags=re.MULTILINE)
SHOWN = re.compile(r"\{\{.*?\}\}")
KEYS = {"alert", "expr", "for", "labels", "annotations"}
LABEL = re.compile(r"\$labels\.(\w+)")
SERIES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def families() -> dict[str, tuple[str, ...]]:
    """Return every series that is shown, with its labels."""
    ours: Any = metrics._registry._collector_to_names
    counted = {
        metric._name + suffix: (*metric._labelnames, *(["le"] if suffix == "_bucket" else []))
        for metric in ours
        for suffix in SERIES[metric._type]
    }
    return counted | {f"idip_{name}": labels for name, (_, labels) in gauges.FAMILIES.items()}


def words() -> dict[str, set[str]]:
    """Return what a label may say, of those whose words can be listed."""
    nothing = cast("Database", None), cast("KeyedHash", None)
    jobs = hired(Settings(), *nothing, SystemClock())._jobs
    return {
        "name": set(jobs),
        "kind": {kind.word for kind in Kind},
        "route": {path for _, path in SCOPE_OF},
    }


def parts(expression: str) -> list[promql.Expr]:
    """Return an expression and all below it.

    Raises:
        ValueError: it is none.
    """
    found: list[promql.Expr] = []
    promql.walk(promql.parse(expression), found.append)
    return found


def wrongs(expression: str) -> Iterator[str]:
    """Yield what an expression asks for that there is not."""
    known, told = families(), words()
    selected: set[str] = set()
    for part in parts(expression):
        if not isinstance(part, promql.VectorSelector):
            continue
        labels = known.get(part.name or "")
        if labels is None:
            yield f"no metric {part.name}"
            continue
        selected |= set(labels)
        for matcher in part.matchers.matchers:
            if matcher.name not in labels:
                yield f"no label {matcher.name} of {part.name}"
            elif matcher.name in told:
                yield from _unheard_of(matcher, told[matcher.name])
    yield from (f"no label {label} to sum by" for label in grouped(expression) - selected)


def _unheard_of(matcher: promql.Matcher, told: set[str]) -> Iterator[str]:
    asked = matcher.value.split("|") if matcher.op == promql.MatchOp.Re else [matcher.value]
    yield from (f"{matcher.name} is never {word}" for word in asked if word not in told)


def grouped(expression: str) -> set[str]:
    """Return the labels that are left of an expression's sums."""
    sums = [part for part in parts(expression) if isinstance(part, promql.AggregateExpr)]
    return {label for each in sums if each.modifier for label in each.modifier.labels}


def anchors(page: str) -> set[str]:
    """Return what the headings of a page are linked by."""
    titles = HEADING.findall((DOCS / page).read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_an_alert_asks_for_metrics_and_labels_there_are(rule: Mapping[str, Any]) -> None:
    assert list(wrongs(rule["expr"])) == []


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_an_alert_says_what_it_is_about_and_what_to_do(rule: Mapping[str, Any]) -> None:
    told = rule["annotations"]
    assert rule.keys() <= KEYS
    assert promql.parse_duration(rule.get("for", "1m"))
    assert told.keys() == {"summary", "description", "runbook"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = told["runbook"].partition("#")
    assert anchor in anchors(page)
    assert not SHOWN.search(told["summary"]), "by its summary an alert is known again"
    assert set(LABEL.findall(told["description"])) <= grouped(rule["expr"])


def test_every_alert_has_a_name_of_its_own() -> None:
    assert len(set(IDS)) == len(IDS)


def test_the_page_for_operators_names_the_file() -> None:
    assert "(alerts.yaml)" in (DOCS / "operations.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("max(idip_database_is_up) == 0", "no metric idip_database_is_up"),
        ("sum(idip_http_requests) > 0", "no metric idip_http_requests"),
        ('idip_outbox_rows{status="parked"} > 0', "no label status of idip_outbox_rows"),
        ('idip_turned_away_total{kind="rings"} > 0', "kind is never rings"),
        ('idip_job_last_success_seconds{name=~"sweep lists|swept"}', "name is never swept"),
        ('rate(idip_http_requests_total{route="/v1/touch"}[5m])', "route is never /v1/touch"),
        ("sum by (cause) (idip_offers_total) > 0", "no label cause to sum by"),
    ],
)
def test_what_is_misspelt_is_found(expression: str, found: str) -> None:
    """The control."""
    assert list(wrongs(expression)) == [found]


def test_what_is_no_expression_is_found() -> None:
    with pytest.raises(ValueError, match="unclosed"):
        parts("max(idip_database_up == 0")


def test_a_place_that_is_not_on_the_page_is_found() -> None:
    assert "the-disk-is-empty" not in anchors("operations.md")
    assert "when-the-disk-is-full" in anchors("operations.md")
