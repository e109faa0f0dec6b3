"""Which systems may call?  ``idip keys``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.access.issue import IssuedKey
    from app.access.queries import StoredKey
    from app.access.scopes import Scope
    from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="For a program.")]

app: Final = typer.Typer(
    help="Make, list and revoke the keys of the systems that may call.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is, such as ivr or erp.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; again for the next one.")],
    source: Annotated[
        list[str] | None, typer.Option(help="In whose name it may tell facts; anybody's.")
    ] = None,
    expires_days: Annotated[
        int | None, typer.Option(help="After so many days it opens nothing; never.", min=1)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown now and never again."""
    scopes, sources = _scopes(scope), frozenset(source) if source else None
    issued = terminal.run(_create(terminal.settings(), name, scopes, sources, expires_days))
    if as_json:
        terminal.answer({**_shown(issued.stored), "key": issued.text})
    else:
        terminal.say(f"The key of {name}. It is kept nowhere, so put it away now:")
        typer.echo(issued.text)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List every key there ever was, by client."""
    keys, now = terminal.run(_list(terminal.settings()))
    if as_json:
        terminal.answer([_shown(key) for key in keys])
    for key in () if as_json else keys:
        state = "live" if key.is_live(now) else "revoked" if key.revoked_at else "expired"
        sources = "any source" if key.sources is None else " ".join(sorted(key.sources))
        typer.echo(
            f"{key.key_id}  {state:<7}  {key.client}  {key.prefix}…"
            f"  {' '.join(sorted(key.scopes))}  ({sources})"
        )


@app.command()
def revoke(key_id: Annotated[UUID, typer.Argument(help="As `idip keys list` shows it.")]) -> None:
    """Revoke a key: within five seconds it opens nothing anywhere."""
    key = terminal.run(_revoke(terminal.settings(), key_id))
    if key is None:
        raise typer.BadParameter("there is no such key", param_hint="KEY_ID")
    terminal.say(f"the key {key.prefix}… of {key.client} is revoked")


def _scopes(names: list[str]) -> frozenset[Scope]:
    from app.access.scopes import Scope

    if unknown := sorted(set(names) - {scope.value for scope in Scope}):
        known = ", ".join(scope.value for scope in Scope)
        raise typer.BadParameter(f"{unknown[0]} is none of {known}", param_hint="--scope")
    return frozenset(Scope(name) for name in names)


async def _create(
    settings: Settings,
    name: str,
    scopes: frozenset[Scope],
    sources: frozenset[str] | None,
    expires_days: int | None,
) -> IssuedKey:
    from app.access.issue import KeyOrder, issue_key
    from app.cli.house import at_home

    async with at_home(settings) as house:
        now = house.clock.now()
        expires_at = now + timedelta(days=expires_days) if expires_days else None
        order = KeyOrder(name, scopes, sources, expires_at)
        return await house.database.write(lambda tx: issue_key(tx, house.keyed_hash, order, now))


async def _list(settings: Settings) -> tuple[list[StoredKey], datetime]:
    from app.access.queries import list_keys
    from app.cli.house import at_home

    async with at_home(settings) as house:
        return await house.database.read(list_keys), house.clock.now()


async def _revoke(settings: Settings, key_id: UUID) -> StoredKey | None:
    from app.access.queries import revoke_key
    from app.cli.house import at_home

    async with at_home(settings) as house:
        now = house.clock.now()
        return await house.database.write(lambda tx: revoke_key(tx, key_id, now))


def _shown(key: StoredKey) -> dict[str, Any]:
    return {
        "key_id": str(key.key_id),
        "client": key.client,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "sources": None if key.sources is None else sorted(key.sources),
        "created_at": _moment(key.created_at),
        "expires_at": _moment(key.expires_at),
        "revoked_at": _moment(key.revoked_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
