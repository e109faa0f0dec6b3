"""Does a real purchase log come in whole, through the command, and only once?

Customers, purchases, purchase days and money are compared, customer by customer and to the cent,
with a count that shares no code with the product.  Then the file comes again, and once more with
its lines in another order: nothing may change.

One test, and not one a step: tests are dealt out to two workers, and each would load the file.
"""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.e2e.cdnow.recount import Bought, cdnow_path, recount
from tests.e2e.command import Idip, new_idip

MAPPING = Path(__file__).with_name("mapping.yaml")
LINES = 69_659

Row = dict[str, Any]


def test_the_purchase_log_comes_in_whole_and_once(tmp_path: Path) -> None:
    log = cdnow_path()
    with new_idip(IDIP_CURRENCY="USD") as idip:
        assert load(idip, log) == {"accepted": LINES, "duplicate": 0, "refused": 0}
        known = export(idip)
        assert disagreements(by_record_key(*known), recount(log)) == []

        assert load(idip, log) == {"accepted": 0, "duplicate": LINES, "refused": 0}
        assert load(idip, shuffled(log, tmp_path / "shuffled.txt")) == {
            "accepted": 0,
            "duplicate": LINES,
            "refused": 0,
        }
        assert export(idip) == known


def test_the_comparison_sees_a_cent_and_a_day() -> None:
    truth = {"00001": Bought(purchases=1, cents=1177, days={"19970101"})}
    told = {"purchases": 1, "purchase_days": 1, "net": "11.77", "records": 1}
    assert disagreements({"00001": told}, truth) == []
    for wrong in ({"net": "11.78"}, {"purchase_days": 2}, {"purchases": 2}, {"records": 2}):
        assert disagreements({"00001": told | wrong}, truth) == ["00001"]
    assert disagreements({}, truth) == ["00001"]
    assert disagreements({"00001": told, "00002": told}, truth) == ["00002"]


def load(idip: Idip, path: Path) -> dict[str, int]:
    result = idip.json("load", path, "--mapping", MAPPING, "--json")
    return {what: result[what] for what in ("accepted", "duplicate", "refused")}


def export(idip: Idip) -> tuple[list[Row], list[Row]]:
    """Return every record and every customer."""
    return idip.lines("export", "records"), idip.lines("export", "customers")


def shuffled(log: Path, copy: Path) -> Path:
    header, *lines = log.read_bytes().splitlines(keepends=True)
    random.Random(1997).shuffle(lines)
    copy.write_bytes(header + b"".join(lines))
    return copy


def by_record_key(records: list[Row], customers: list[Row]) -> dict[str, Row]:
    """Return each customer's numbers by the key that the log knows them under."""
    numbers = {row["customer_id"]: row for row in customers}
    return {row["record_key"]: numbers[row["customer_id"]] for row in records}


def disagreements(told: dict[str, Row], truth: dict[str, Bought]) -> list[str]:
    """Return the customers that one knows and the other does not, or knows otherwise."""
    strangers = sorted(told.keys() ^ truth.keys())
    return strangers + [
        key for key, bought in truth.items() if key in told and not agree(told[key], bought)
    ]


def agree(told: Row, bought: Bought) -> bool:
    return (
        told["records"] == 1
        and told["purchases"] == bought.purchases
        and told["purchase_days"] == len(bought.days)
        and Decimal(told["net"]) * 100 == bought.cents
    )
