"""`/v1/catalogue`: what may be done for customers, as the bundle that holds now."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.api.dependencies import TheHouse
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer
from app.personalise import queries
from app.problems import NotFound

router = new_router("catalogue")


class CatalogueAnswer(Answer):
    """A bundle: named by its content, never changed."""

    bundle_id: str
    content: dict[str, Any]


@router.get("/v1/catalogue", responses=promised(HTTPStatus.NOT_FOUND))
async def get_catalogue(house: TheHouse) -> CatalogueAnswer:
    """Return the actions, clauses and policies that decisions are made from now."""
    bundle_id = house.desk.catalogue.bundle_id
    content = await house.database.read(lambda tx: queries.find_bundle(tx, bundle_id))
    if content is None:
        raise NotFound("no catalogue has been published")
    return CatalogueAnswer(bundle_id=bundle_id, content=content)
