"""Does ``docs/operations.md`` name every metric, every label and every field of a log line?"""

from __future__ import annotations

import re
from pathlib import Path

from app.api import gauges, metrics
from app.api.logging import ALLOWED

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<metric>idip_\w+)` \| (?P<labels>.+?) \| .+ \|$", flags=re.MULTILINE)
CODE = re.compile(r"`(\w+)`")


def counted() -> dict[str, tuple[str, ...]]:
    """Return the labels of each metric, by the name under which it is asked for."""
    ours = {
        f"{metric._name}_total" if metric._type == "counter" else metric._name: metric._labelnames
        for metric in metrics._registry._collector_to_names
    }
    return ours | {f"idip_{name}": labels for name, (_, labels) in gauges.FAMILIES.items()}


def test_the_table_names_every_metric_with_its_labels_and_no_other() -> None:
    told = {row["metric"]: tuple(CODE.findall(row["labels"])) for row in ROW.finditer(PAGE)}
    assert told == counted()


def test_the_queries_ask_for_metrics_there_are() -> None:
    asked = set(re.findall(r"\bidip_\w+(?=[\[{])", PAGE))
    assert asked
    assert {name.removesuffix("_bucket") for name in asked} <= counted().keys()


def test_the_list_of_log_fields_is_the_one_that_is_kept() -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith("`event` `level`")]
    assert set(CODE.findall(line)) == ALLOWED
