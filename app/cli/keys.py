"""Which systems may call?  ``idip keys``."""

from __future__ import annotations

from dataclasses import dataclass
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
ExpiresDays = Annotated[
    int | None, typer.Option(help="After so many days it opens nothing; never.", min=1)
]

app: Final = typer.Typer(
    help="Make, list, rotate and revoke the keys of the systems that may call.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a key is wanted for; the ``None`` of sources is all of them."""

    name: str
    scopes: frozenset[Scope]
    sources: frozenset[str] | None
    origins: frozenset[str] | None


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is, such as ivr or erp.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; again for the next one.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="In whose name it may tell facts; anybody's.")
    ] = None,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser", help="For the pages of a shop: their own visit only; needs --origin."
        ),
    ] = False,
    origin: Annotated[
        list[str] | None, typer.Option(help="Whose pages, such as https://shop.example.")
    ] = None,
    expires_days: ExpiresDays = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown now and never again."""
    wish = _wish(name, scope or [], source or [], origin or [], browser=browser)
    issued = terminal.run(_create(terminal.settings(), wish, expires_days))
    _show_once(issued, as_json=as_json)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List every key there ever was, by client."""
    keys, now = terminal.run(_list(terminal.settings()))
    if as_json:
        terminal.answer([_shown(key) for key in keys])
    for key in () if as_json else keys:
        state = "live" if key.is_live(now) else "revoked" if key.revoked_at else "expired"
        sources = "any source" if key.sources is None else " ".join(sorted(key.sources))
        pages = "" if key.origins is None else f"  pages of {' '.join(sorted(key.origins))}"
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}Z" if key.last_used_at else "never"
        typer.echo(
            f"{key.key_id}  {state:<7}  {key.client}  {key.prefix}…"
            f"  {' '.join(sorted(key.scopes))}  ({sources}){pages}  last used {used}"
        )


@app.command()
def rotate(
    name: Annotated[str, typer.Argument(help="Whose key, such as ivr.")],
    overlap_hours: Annotated[
        int | None,
        typer.Option(help="The old key ends after so many hours; when it is revoked.", min=0),
    ] = None,
    expires_days: ExpiresDays = None,
    as_json: AsJson = False,
) -> None:
    """Make a second key that may do what the first may; both work until the old one ends."""
    issued, old = terminal.run(_rotate(terminal.settings(), name, overlap_hours, expires_days))
    _show_once(issued, as_json=as_json)
    if overlap_hours is None:
        terminal.say(f"Put it in place, and then: idip keys revoke {old.key_id}")
    else:
        terminal.say(f"The old key {old.prefix}… opens nothing any more in {overlap_hours} hours.")


@app.command()
def revoke(key_id: Annotated[UUID, typer.Argument(help="As `idip keys list` shows it.")]) -> None:
    """Revoke a key: within five seconds it opens nothing anywhere."""
    key = terminal.run(_revoke(terminal.settings(), key_id))
    if key is None:
        raise typer.BadParameter("there is no such key", param_hint="KEY_ID")
    terminal.say(f"the key {key.prefix}… of {key.client} is revoked")


def _wish(
    name: str, scopes: list[str], sources: list[str], origins: list[str], *, browser: bool
) -> _Wish:
    """Read what is wanted; a browser key speaks for a source of its own name unless told."""
    from app.access.scopes import BROWSER_SCOPES

    if bool(origins) != browser:
        raise typer.BadParameter("--browser and --origin go together", param_hint="--origin")
    if not scopes and not browser:
        raise typer.BadParameter("say what it may do", param_hint="--scope")
    return _Wish(
        name,
        _scopes(scopes) or BROWSER_SCOPES,
        frozenset(sources or ([name] if browser else [])) or None,
        frozenset(origins) or None,
    )


def _scopes(names: list[str]) -> frozenset[Scope]:
    from app.access.scopes import Scope

    if unknown := sorted(set(names) - {scope.value for scope in Scope}):
        known = ", ".join(scope.value for scope in Scope)
        raise typer.BadParameter(f"{unknown[0]} is none of {known}", param_hint="--scope")
    return frozenset(Scope(name) for name in names)


def _show_once(issued: IssuedKey, *, as_json: bool) -> None:
    if as_json:
        terminal.answer({**_shown(issued.stored), "key": issued.text})
        return
    terminal.say(f"The key of {issued.stored.client}. It is kept nowhere, so put it away now:")
    typer.echo(issued.text)


async def _create(settings: Settings, wish: _Wish, expires_days: int | None) -> IssuedKey:
    from app.access.issue import KeyOrder, issue_key
    from app.cli.house import at_home

    async with at_home(settings) as house:
        now = house.clock.now()
        order = KeyOrder(
            wish.name, wish.scopes, wish.sources, _in_days(now, expires_days), wish.origins
        )
        me = terminal.operator()
        return await house.database.write(
            lambda tx: issue_key(tx, house.keyed_hash, order, now, me)
        )


async def _rotate(
    settings: Settings, name: str, overlap_hours: int | None, expires_days: int | None
) -> tuple[IssuedKey, StoredKey]:
    from app.access.issue import rotate_key
    from app.cli.house import at_home

    async with at_home(settings) as house:
        now, me = house.clock.now(), terminal.operator()
        end = None if overlap_hours is None else now + timedelta(hours=overlap_hours)
        return await house.database.write(
            lambda tx: rotate_key(
                tx,
                house.keyed_hash,
                name,
                now,
                me,
                expires_at=_in_days(now, expires_days),
                old_ends_at=end,
            )
        )


async def _list(settings: Settings) -> tuple[list[StoredKey], datetime]:
    from app.access.queries import list_keys
    from app.cli.house import at_home

    async with at_home(settings) as house:
        return await house.database.read(list_keys), house.clock.now()


async def _revoke(settings: Settings, key_id: UUID) -> StoredKey | None:
    from app.access.issue import withdraw_key
    from app.cli.house import at_home
    from app.problems import NotFound

    async with at_home(settings) as house:
        now, me = house.clock.now(), terminal.operator()
        try:
            return await house.database.write(lambda tx: withdraw_key(tx, key_id, now, me))
        except NotFound:
            return None


def _in_days(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


def _shown(key: StoredKey) -> dict[str, Any]:
    return {
        "key_id": str(key.key_id),
        "client": key.client,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "sources": None if key.sources is None else sorted(key.sources),
        "origins": None if key.origins is None else sorted(key.origins),
        "created_at": _moment(key.created_at),
        "expires_at": _moment(key.expires_at),
        "revoked_at": _moment(key.revoked_at),
        "last_used_at": _moment(key.last_used_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
