"""The service without its door: the control of the overload drill, where all come in at once."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

import app.main
from app.api import edge
from app.api.admission.door import Door, Work

PATIENCE_S = 60.0


class OpenDoor(Door):
    """A door that never closes."""

    async def enter(self, work: Work) -> float:
        """Come in."""
        return 0.0

    def leave(self, work: Work) -> None:
        """Go."""


def serving_app() -> FastAPI:
    """Return the application, with nothing that bounds how many are at work."""
    patch = pytest.MonkeyPatch()
    patch.setattr(app.main, "Door", OpenDoor)
    patch.setattr(edge, "REQUEST_LIMIT_S", PATIENCE_S)
    return app.main.serving_app()
