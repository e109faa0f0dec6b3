"""`/v1/keys`: which systems may call?  A key is shown when it is made, and never again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Response
from pydantic import Field, WithJsonSchema

from app.access import issue
from app.access.issue import ORIGIN, IssuedKey, KeyOrder, issue_key
from app.access.queries import StoredKey, list_keys
from app.access.scopes import Scope
from app.api.audit import TheActor
from app.api.dependencies import Now, TheHouse
from app.api.route import new_router
from app.api.wire import Answer, Code, Document, Moment, Text
from app.api.writing import TheWrite, nothing, written

router = new_router("keys")

Origin = Annotated[Text, WithJsonSchema({"type": "string", "pattern": f"^({ORIGIN})$"})]
MOST_SOURCES: Final = 100
MOST_ORIGINS: Final = 20


class KeyDocument(Document):
    """A key to be made: for whom, for what, in the name of which sources (all), until when."""

    client: Code
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    sources: Annotated[list[Code], Field(min_length=1, max_length=MOST_SOURCES)] | None = None
    expires_at: Moment | None = None
    origins: Annotated[list[Origin], Field(min_length=1, max_length=MOST_ORIGINS)] | None = Field(
        default=None,
        description="makes it a browser key, for pages of these origins (`https://shop.example`): "
        "it may stand in a page, needs `sources`, and hears offers only",
    )


class KeyAnswer(Answer):
    """A key without its secret."""

    key_id: UUID
    client: str
    prefix: str = Field(description="how the key begins, to tell it from others")
    scopes: list[Scope]
    sources: list[str] | None = Field(description="null: it may speak for every source")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    origins: list[str] | None = Field(description="not null: a browser key, for these pages only")
    last_used_at: datetime | None = Field(description="to the minute; null: not used yet")


class NewKeyAnswer(KeyAnswer):
    """A key with its secret: the only time it is shown."""

    key: str


class KeysAnswer(Answer):
    """Every key there ever was."""

    items: list[KeyAnswer]


@router.get("/v1/keys")
async def show_keys(house: TheHouse) -> KeysAnswer:
    """List the keys by client, oldest first, with those that expired or were revoked."""
    return KeysAnswer(items=[_answer(key) for key in await house.database.read(list_keys)])


@router.post("/v1/keys", status_code=HTTPStatus.CREATED, response_model=NewKeyAnswer)
async def create_key(
    asked: KeyDocument, house: TheHouse, write: TheWrite, actor: TheActor, now: Now
) -> Response:
    """Make a key.  A client may have two at a time, so that it can change to a new one at leisure.

    409 when it has two already: revoke one of them first.
    """
    order = KeyOrder(
        client=asked.client,
        scopes=frozenset(asked.scopes),
        sources=_set(asked.sources),
        expires_at=asked.expires_at,
        origins=_set(asked.origins),
    )
    return await write(lambda tx: issue_key(tx, house.keyed_hash, order, now, actor), _shown_once)


@router.delete("/v1/keys/{key_id}", status_code=HTTPStatus.NO_CONTENT)
async def withdraw_key(
    key_id: UUID, house: TheHouse, write: TheWrite, actor: TheActor, now: Now
) -> Response:
    """Revoke a key; within five seconds it opens nothing anywhere.  Twice is as good as once."""
    return await write(
        lambda tx: issue.withdraw_key(tx, key_id, now, actor),
        nothing,
        then=lambda _: house.key_ring.forget(key_id),
    )


def _shown_once(issued: IssuedKey) -> Response:
    answer = NewKeyAnswer(**_answer(issued.stored).model_dump(), key=issued.text)
    return written(answer, HTTPStatus.CREATED)


def _set(sources: Iterable[str] | None) -> frozenset[str] | None:
    return None if sources is None else frozenset(sources)


def _answer(key: StoredKey) -> KeyAnswer:
    return KeyAnswer(
        key_id=key.key_id,
        client=key.client,
        prefix=key.prefix,
        scopes=sorted(key.scopes),
        sources=None if key.sources is None else sorted(key.sources),
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        origins=None if key.origins is None else sorted(key.origins),
        last_used_at=key.last_used_at,
    )
