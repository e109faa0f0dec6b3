"""What is printed when the demonstration runs?  Keys, and commands that work when pasted.

Each command is one line and stands at the left edge: nothing has to be joined or trimmed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.cli.demo_company import SCOPES_OF
from app.simulation.company import COMPANY_NAME, PROTAGONISTS
from app.simulation.documents import ERP

_PERSON: Final = PROTAGONISTS["newcomer"].person
_FIRST_NAME: Final = _PERSON.name.first
_NOW: Final = "(now)"
_SECONDS: Final = "'$(date +%s)'"
"""Leaves the quotes of the shell for a moment: each time it is pasted it is another call."""


def card(url: str, keys: Mapping[str, str], now: datetime) -> str:
    """Return the text; the sale's id is made of ``now``, so that each start has a sale to tell."""
    kinds = "\n".join(
        f"  {kind:<8} {key}  {' '.join(sorted(SCOPES_OF[kind]))}" for kind, key in keys.items()
    )
    return f"""
{COMPANY_NAME} is open: {url}
The interface, to read and to try: {url}/docs

Keys, new at each start:
{kinds}

1. The telephone rings: who is it, what are they worth, what do we do?
{_curl(url, "touchpoints", keys["ivr"], _ring())}

2. {_FIRST_NAME} comes to the web shop: what do we show?
{_curl(url, "touchpoints", keys["shop"], _page())}

3. The ERP books a sale. Then let the telephone ring again:
{_curl(url, "events", keys["erp"], _sale(now))}

Ctrl-C closes; the data stays.
"""


def _curl(url: str, route: str, key: str, body: dict[str, Any]) -> str:
    document = json.dumps(body).replace(_NOW, _SECONDS)
    return (
        f"curl -sS {url}/v1/{route} -H 'Authorization: Bearer {key}'"
        f" -H 'Content-Type: application/json' -d '{document}'"
    )


def _ring() -> dict[str, Any]:
    return {
        "interaction": {"source": "ivr", "id": f"call-{_NOW}"},
        "channel": "voice",
        "identifiers": [{"type": "phone", "value": _PERSON.mobile.written(0)}],
    }


def _page() -> dict[str, Any]:
    return {
        "channel": "web",
        "identifiers": [{"type": "email", "value": _PERSON.email}],
        "context": {"page": "/"},
    }


def _sale(now: datetime) -> dict[str, Any]:
    number = f"{now:%Y%m%d%H%M%S}"
    return {
        "id": f"NF-DEMO-{number}",
        "source": ERP,
        "record_key": _PERSON.code,
        "type": "sale",
        "time": now.isoformat(timespec="seconds"),
        "data": {
            "order_id": f"DEMO-{number}",
            "status": "paid",
            "currency": "BRL",
            "net": "189.90",
            "cost": "101.20",
        },
    }
