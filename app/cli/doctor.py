"""Is everything in order?  ``idip doctor``: a line a check, with what to do where it is not."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.database.location import Location
    from app.settings import Settings

LEAST_FREE_BYTES: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is in order, and what was found or is to be done."""

    name: str
    ok: bool
    said: str


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Look at settings, secret, disk and database; say what to do where something is wrong."""
    checks = terminal.run(_all_checks())
    if as_json:
        terminal.answer([{"check": c.name, "ok": c.ok, "said": c.said} for c in checks])
    for check in () if as_json else checks:
        typer.echo(f"{'ok' if check.ok else 'WRONG':<6} {check.name:<11} {check.said}")
    if not all(check.ok for check in checks):
        raise typer.Exit(terminal.REFUSED)


async def _all_checks() -> list[Check]:
    from app.settings import SettingsError

    try:
        settings = terminal.settings()
    except SettingsError as error:
        return [Check("settings", ok=False, said=str(error))]
    return [
        _settings(settings),
        _clock(settings),
        _secret(settings),
        _disk(settings),
        *[check async for check in _database(settings)],
    ]


def _settings(settings: Settings) -> Check:
    where = "DATABASE_URL" if settings.database_url else f"embedded in {settings.data_dir}"
    return Check(
        "settings", ok=True, said=f"database {where}, {settings.country}, {settings.currency}"
    )


def _clock(settings: Settings) -> Check:
    from app.database.clock import SystemClock

    now = SystemClock().now().astimezone(settings.zone)
    said = f"in {settings.timezone} it is {now:%Y-%m-%d %H:%M}"
    return Check("time zone", ok=True, said=f"{said}; if it is not, set IDIP_TIMEZONE")


def _secret(settings: Settings) -> Check:
    from app.database.secret_key import FILE_NAME, deployment_secret
    from app.settings import SettingsError

    file = settings.data_dir / FILE_NAME
    if settings.secret_key is None and settings.database_url is None and not file.exists():
        return Check("secret", ok=True, said=f"the first start will make {file}; keep a copy of it")
    try:
        deployment_secret(settings)
    except (SettingsError, OSError) as error:
        return Check("secret", ok=False, said=str(error))
    return Check("secret", ok=True, said="is there; without it nobody would be known again")


def _disk(settings: Settings) -> Check:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free / 1024**3:.1f} GiB free for {settings.data_dir}"
    if free < LEAST_FREE_BYTES:
        return Check("disk", ok=False, said=f"{said}: make room, or set IDIP_DATA_DIR elsewhere")
    return Check("disk", ok=True, said=said)


async def _database(settings: Settings) -> AsyncIterator[Check]:
    """Yield the checks of the database; what depends on a failed one is not asked."""
    from app.database.location import located
    from app.database.server import inspect_server, refuse_unsafe
    from app.problems import Unavailable
    from app.settings import SettingsError

    try:
        async with located(settings) as location:
            server = await inspect_server(location.url)
            yield Check("database", ok=True, said=f"PostgreSQL {server.version} answers")
            refuse_unsafe(server, allow_async_commit=settings.allow_async_commit)
            yield Check("durability", ok=True, said="what is acknowledged survives a crash")
            async for check in _content(settings, location):
                yield check
    except Unavailable:
        said = "does not answer: is it running, and is DATABASE_URL right?"
        yield Check("database", ok=False, said=said)
    except SettingsError as error:
        yield Check("database", ok=False, said=str(error))


async def _content(settings: Settings, location: Location) -> AsyncIterator[Check]:
    from app.database.clock import SystemClock
    from app.database.deployment import check_deployment
    from app.database.schema import schema_serves
    from app.database.transaction import Database

    one = settings.model_copy(update={"pool_size": 1})
    database = await Database.open(one, location.url, application_name="idip doctor")
    try:
        if not await database.read(schema_serves):
            said = "is older than this version: run idip migrate, or start idip serve"
            yield Check("schema", ok=False, said=said)
            return
        yield Check("schema", ok=True, said="has what this version needs")
        await check_deployment(database, location.keyed_hash, settings, SystemClock())
        yield Check("data", ok=True, said="was begun with this secret, currency and time zone")
    finally:
        await database.close()
