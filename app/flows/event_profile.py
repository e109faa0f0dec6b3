"""What of an event's profile says something of its person?  Pure; the payload keeps all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.flows.event_command import EventCommand
from app.identify.names import read_birth_date, signature
from app.identify.profile import BIRTH_DATE, faults_in
from app.problems import Fault


def with_usable_profile(
    command: EventCommand, business_on: date
) -> tuple[EventCommand, tuple[Fault, ...]]:
    """Return the event without what of its profile says nothing, and what that was, by place.

    Whether a birth date is plausible is asked on the business day of the event.
    """
    faults = faults_in(command.profile, business_on)
    if not faults:
        return command, ()
    good = {name: value for name, value in command.profile.items() if name not in faults}
    told = tuple(
        Fault(f"/profile/{name}", code, "is kept with the event, and says nothing of the person")
        for name, code in faults.items()
    )
    return replace(command, profile=good), told


def signature_of(command: EventCommand) -> str:
    """Return what its usable profile tells the person apart by."""
    born = command.profile.get(BIRTH_DATE)
    on = None if born is None else read_birth_date(born)
    return signature(command.profile.get("name"), on)
