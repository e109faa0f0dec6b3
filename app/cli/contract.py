"""What does the service promise?  ``idip openapi``."""

from __future__ import annotations

import sys


def openapi() -> None:
    """Print the contract: exactly the text of openapi/v1.json."""
    from app.main import contract

    sys.stdout.write(contract())
