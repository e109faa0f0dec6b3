"""Taxpayer and document numbers that pass their check digits and are nobody's, by country.

Numbers of one repeated digit are refused by rule and need no entry here.
"""

from __future__ import annotations

from typing import Final

PLACEHOLDERS: Final = {
    "BR": frozenset({"12345678909", "01234567890"}),  # passes the check and is typed in every form
    "ES": frozenset({"12345678Z", "00000001R", "X0000000T", "X1234567L"}),
    "GT": frozenset({"CF"}),  # "consumidor final", as printed on Guatemalan invoices
    "MX": frozenset(
        # SAT, CFDI 4.0: sales to the public at large, and to customers without a Mexican RFC
        {"XAXX010101000", "XEXX010101000", "XAXX010101", "XEXX010101"},
    ),
    "PT": frozenset(
        {"123456789", "999999990"}
    ),  # the second: "consumidor final" of Portuguese tills
    "PY": frozenset(
        # SET's fictitious numbers: no name, abroad, diplomats, totals
        {"444444017", "888888015", "777777010", "666666016", "999999010"},
    ),
}

# By rule, not by entry: Chile 66.666.666-6 and 55.555.555-5 (boletas, export), Colombia
# 222222222222 (DIAN, consumidor final), Ecuador 9999999999999 (SRI, consumidor final),
# Spain 00000000T and 99999999R, Brazil 111.111.111-11.

DOCUMENT_PLACEHOLDERS: Final = frozenset(
    {
        "XEXX010101HNEXXXA4",  # SAT's generic CURP of foreigners, men and women
        "XEXX010101MNEXXXA8",
        "123456789",
        "12345678Z",
        "ESTRANGEIRO",
        "EXTRANJERO",
    },
)
