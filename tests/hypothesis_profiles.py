"""How hard do the property tests try?  ``ci`` by default: few examples, the same on every run.

``drill`` tries long and at random: ``make test ARGS='tests/property --hypothesis-profile=drill'``.
A failure found there is printed with the decorator that replays it.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=60,
    derandomize=True,  # a red build must be red again for whoever looks at it
    database=None,
    deadline=None,  # two busy cores say nothing about one example
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "drill",
    max_examples=5_000,
    deadline=timedelta(seconds=5),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")
