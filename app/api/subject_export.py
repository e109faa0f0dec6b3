"""`GET /v1/customers/{id}/export`: everything about a person, for that person.

The document is written to a file without a name before the first byte is sent: so memory stays
bounded, what is told is of one moment, no transaction waits for a slow reader, and what goes wrong
is told as a problem and not in the middle of an answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from fastapi.responses import StreamingResponse
from pydantic import Field

from app.access.audit import Act, ActKind
from app.api.audit import TheActor, seen
from app.api.bodies import JSON
from app.api.dependencies import House, Now, TheHouse, TheLocale
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer
from app.database.transaction import Connection
from app.flows.subject_export import Reading, export_subject
from app.vocabulary import CustomerId

router = new_router("data-subject rights")

IN_MEMORY_BYTES: Final = 1 << 20
PIECE_BYTES: Final = 1 << 16

Rows = list[dict[str, Any]]


class ExportAnswer(Answer):
    """Everything about a person; `reading` says in their language what each part is."""

    document: dict[str, Any] = Field(description="what this is, whose, in which language, of when")
    reading: dict[str, str]
    who_you_are: dict[str, Any]
    known_by: Rows = Field(description="identifiers with assurance, sources, first and last seen")
    unusable: Rows = Field(description="identifiers that are no evidence, with what is wrong")
    not_theirs: Rows = Field(description="identifiers that somebody said are not theirs")
    profile_values: Rows = Field(description="every value, with source, time and assurance")
    records: Rows
    joined: Rows
    words: Rows = Field(description="what agents said about who was on the line")
    reviews: Rows = Field(description="questions about these records, and the verdicts")
    score: dict[str, Any] = Field(description="worth today; `meaning` in sentences")
    consents: Rows
    preferences: Rows
    complaints: Rows
    contacts: Rows
    moments: Rows
    decisions: Rows = Field(description="with the facts read, why, why not, and outcomes")
    events: Rows = Field(description="every fact as it came, record by record")
    restraints: Rows
    requests: Rows
    looked_at: Rows = Field(description="who saw or changed this data, the latest first")
    purposes: dict[str, str]


@router.get(
    "/v1/customers/{customer_id}/export",
    responses=promised(HTTPStatus.GONE),
    response_model=ExportAnswer,
)
async def export_customer(
    customer_id: UUID, house: TheHouse, actor: TheActor, now: Now, locale: TheLocale
) -> StreamingResponse:
    """Return everything about a person, readable, and nothing about anybody else."""
    settings = house.settings
    reading = Reading(
        locale,
        settings.zone,
        now,
        settings.company_name,
        house.desk.catalogue,
        house.desk.source_rank,
    )
    asked = CustomerId(customer_id)
    file = await _written(house, asked, reading)
    await seen(house, Act(actor, ActKind.CUSTOMER_EXPORTED, now, asked))
    length = file.tell()
    file.seek(0)
    return StreamingResponse(
        _pieces(file),
        media_type=JSON,
        headers={
            "content-length": str(length),
            "content-disposition": f'attachment; filename="{customer_id}.json"',
            "cache-control": "no-store",
        },
    )


async def _written(house: House, customer: CustomerId, reading: Reading) -> IO[bytes]:
    """Write the document in one read-only transaction; one tried again begins a new file."""

    async def write(tx: Connection) -> IO[bytes]:
        file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (closed when sent)
        try:
            async for piece in export_subject(tx, customer, reading):
                file.write(piece)
        except BaseException:
            file.close()
            raise
        return file

    return await house.database.read(write)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece
