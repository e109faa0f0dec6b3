"""What is in the CDNOW purchase log, counted without a line of the product?

The log (Fader and Hardie, 2001; purchases of the first-quarter 1997 cohort) lies in the
``lifetimes`` wheel.  Its columns are cut by position here and split by blanks in the mapping, money
is summed in whole cents, so that this count and the product share no code and few ideas.

Two traps: 255 lines repeat another one to the letter and are purchases all the same, and 80 lines
are worth nothing (a gift, a promotion) yet are purchases on a day.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path


@dataclass(slots=True)
class Bought:
    """What one customer bought; ``days`` and ``paying_days`` are dates written yyyymmdd."""

    purchases: int = 0
    cents: int = 0
    days: set[str] = field(default_factory=set)
    paying_days: set[str] = field(default_factory=set)


def cdnow_path() -> Path:
    """Return where the log lies; the package around it is never imported (it needs pandas)."""
    spec = find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the test dependency lifetimes is not installed")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "CDNOW_master.txt"


def recount(path: Path) -> dict[str, Bought]:
    """Return what each customer bought, by the customer's number as it is written."""
    customers: dict[str, Bought] = defaultdict(Bought)
    with path.open("rb") as log:
        next(log)
        for line in log:
            _add(customers[line[1:6].decode()], line[7:15].decode(), _cents(line[18:]))
    return dict(customers)


def _add(customer: Bought, day: str, cents: int) -> None:
    customer.purchases += 1
    customer.cents += cents
    customer.days.add(day)
    if cents > 0:
        customer.paying_days.add(day)


def _cents(text: bytes) -> int:
    dollars, cents = text.split(b".")
    if len(cents.strip()) != 2:
        raise ValueError("money in this log has two decimals")
    return int(dollars) * 100 + int(cents)


def main() -> None:
    """Print the totals."""
    customers = recount(cdnow_path()).values()
    sys.stdout.write(
        f"customers {len(customers)}\n"
        f"purchases {sum(bought.purchases for bought in customers)}\n"
        f"purchase days {sum(len(bought.days) for bought in customers)}\n"
        f"paying days {sum(len(bought.paying_days) for bought in customers)}\n"
        f"cents {sum(bought.cents for bought in customers)}\n"
    )


if __name__ == "__main__":
    main()
