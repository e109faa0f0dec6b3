"""How is somebody called, and how a company?"""

from __future__ import annotations

import pytest

from app.flows.customer_facts import display_name


@pytest.mark.parametrize(
    ("profile", "shown"),
    [
        ({}, None),
        ({"name": "Ana Dutra"}, "Ana Dutra"),
        ({"name": "Wolfram Elektrik"}, "Wolfram Elektrik"),
        ({"name": "Ana Dutra", "social_name": "Bel"}, "Bel"),
        ({"company_name": "Petro Ltda"}, "Petro Ltda"),
        ({"company_name": "Petro Ltda", "trade_name": "Petro"}, "Petro"),
        ({"name": "PETRO LTDA", "trade_name": "Petro"}, "Petro"),
        ({"name": "Ana Dutra", "company_name": "Petro Ltda"}, "Ana Dutra"),
    ],
)
def test_by_which_name(profile: dict[str, str], shown: str | None) -> None:
    assert display_name(profile) == shown
