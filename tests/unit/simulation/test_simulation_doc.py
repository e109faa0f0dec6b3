"""Does the page on simulation tell what the code does?"""

from __future__ import annotations

import re
from pathlib import Path

from app.simulation.dirt import RATES
from app.simulation.places import MIX

PAGE = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text("utf-8")


def test_every_kind_of_dirt_stands_there_with_its_rate() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE)
    assert {name: float(rate) for name, rate in rows} == {str(c): rate for c, rate in RATES.items()}


def test_the_countries_are_those_of_the_code() -> None:
    assert ",".join(f"{code}={share}" for code, share in MIX.items()) in PAGE
