"""What do measured programs inherit?  Nothing of what the service is told here."""

from __future__ import annotations

import os

OF_THE_SERVICE = ("IDIP_", "DATABASE_URL", "OTEL_")
"""Beginnings of names: settings, the database (``DATABASE_URL_FILE``, too), where traces go."""


def environment(**ours: str) -> dict[str, str]:
    """Return the environment without anything that would measure another house, and ``ours``."""
    kept = {name: told for name, told in os.environ.items() if not name.startswith(OF_THE_SERVICE)}
    return kept | ours
