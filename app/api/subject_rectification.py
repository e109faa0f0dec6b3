"""`POST /v1/customers/{id}/rectifications`: a person says what is wrong, and what is right.

See docs/rights.md; whoever passes it on has checked who speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.access.audit import Actor
from app.api.audit import TheActor
from app.api.dependencies import House, Now, TheHouse
from app.api.event_document import MOST_IDENTIFIERS, IdentifierDocument, PersonDocument
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer, Document
from app.api.writing import TheWrite, written
from app.flows.subject_facts import Word
from app.flows.subject_rectification import Correction, rectify
from app.identify.normalise import normalise
from app.identify.profile import faults_in
from app.problems import Fault, InvalidInput
from app.vocabulary import CustomerId, Faulty, Identifier, IdentifierType

router = new_router("data-subject rights")

_CONTRADICTED: Final = promised(HTTPStatus.GONE, HTTPStatus.CONFLICT)

_Identifiers = Annotated[list[IdentifierDocument], Field(max_length=MOST_IDENTIFIERS)]


class RectificationDocument(Document):
    """A person's correction, checked by whoever passes it on; what is not named stays as it is."""

    profile: PersonDocument = PersonDocument()
    denied: _Identifiers = Field(
        default=[], description="by which they are known, and which is not theirs: for good"
    )
    claimed: _Identifiers = Field(
        default=[], description="said before not to be theirs, and theirs after all"
    )


class RectifiedAnswer(Answer):
    """Who the person is now, and what was corrected: attributes, and types of identifiers."""

    customer_id: UUID
    rectified: list[str]
    denied: list[IdentifierType]
    claimed: list[IdentifierType]


@router.post(
    "/v1/customers/{customer_id}/rectifications",
    status_code=HTTPStatus.CREATED,
    responses=_CONTRADICTED,
    response_model=RectifiedAnswer,
)
async def rectify_customer(
    customer_id: UUID,
    told: RectificationDocument,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
) -> Response:
    """Correct what is known of a person; no other source ever overrules it.

    What is `denied` no longer finds this customer, whatever is told of their records later.
    """
    today = now.astimezone(house.settings.zone).date()
    correction = _correction(told, house.settings.country, today)
    word = word_of(house, actor, now)
    return await write(
        lambda tx: rectify(tx, CustomerId(customer_id), correction, word),
        lambda current: written(
            RectifiedAnswer(
                customer_id=current,
                rectified=sorted(correction.profile),
                denied=[each.type for each in correction.denied],
                claimed=[each.type for each in correction.claimed],
            ),
            HTTPStatus.CREATED,
        ),
    )


def word_of(house: House, actor: Actor, now: datetime) -> Word:
    """Return through whom, when and under which deployment a person speaks."""
    return Word(actor, now, house.keyed_hash, house.settings.zone)


def _correction(told: RectificationDocument, country: str, today: date) -> Correction:
    """Return what is corrected, its identifiers normalised.

    Raises:
        InvalidInput: nothing is corrected, a name or birth date could be nobody's, an identifier
            could be, or is on both sides.
    """
    profile = {
        name: str(value) for name, value in told.profile.model_dump(exclude_none=True).items()
    }
    _refuse_nobodys(profile, today)
    denied = _identifiers(told.denied, "denied", country)
    claimed = _identifiers(told.claimed, "claimed", country)
    if not (profile or denied or claimed):
        fault = Fault("/profile", "too-few", "name what is wrong, and what is right")
        raise InvalidInput("a correction corrects something", faults=(fault,))
    if set(denied) & set(claimed):
        fault = Fault("/claimed", "denied-too", "names what is denied as well")
        raise InvalidInput("an identifier is theirs or it is not", faults=(fault,))
    return Correction(profile, denied, claimed)


def _refuse_nobodys(profile: Mapping[str, str], today: date) -> None:
    """Refuse a name nobody has and a birth date nobody could have: a correction would hold."""
    faults = tuple(
        Fault(f"/profile/{name}", "unusable", f"nobody has it: {fault}")
        for name, fault in faults_in(profile, today).items()
    )
    if faults:
        raise InvalidInput(
            "a correction says what is right: a name somebody has, a birth date of the past 120"
            " years",
            faults=faults,
        )


def _identifiers(
    given: Sequence[IdentifierDocument], place: str, country: str
) -> tuple[Identifier, ...]:
    raws = [each.raw() for each in given]
    found = [normalise(raw, country=raw.country or country) for raw in raws]
    faults = tuple(
        Fault(f"/{place}/{nth}/value", "unusable", f"nobody is known by it: {each.fault}")
        for nth, each in enumerate(found)
        if isinstance(each, Faulty)
    )
    if faults:
        raise InvalidInput("this can be nobody's; see the faults", faults=faults)
    return tuple(each for each in found if isinstance(each, Identifier))
