"""Which knobs does a deployment have?  One frozen object, read once from the environment.

Made in ``main`` and ``cli`` and handed down; no rule imports it.  ``docs/settings.md`` is the table
for people.  An ``IDIP_*`` variable this file does not know is an error: a typo must not be silent.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

PREFIX = "IDIP_"
SECRETS = ("DATABASE_URL", "IDIP_SECRET_KEY")
"""What may stand in a file instead: the file's path is then in the variable with ``_FILE``."""

_SYSTEM_FOLDER = Path("/var/lib/idip")


class SettingsError(Exception):
    """The environment says something the service cannot run with."""


def _default_data_dir() -> Path:
    """Return where the embedded database lives unless told otherwise.

    Root gets a system folder: the server's own account must be able to walk to it, and root's home
    is closed to everybody else.  So does a user id without a home, who may not write there: then
    the embedded database says what to set, and with another database nobody asks.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return _SYSTEM_FOLDER
    if base := os.environ.get("XDG_DATA_HOME"):
        return Path(base) / "idip"
    try:
        return Path.home() / ".local" / "share" / "idip"
    except RuntimeError:  # no HOME, and no line in /etc/passwd
        return _SYSTEM_FOLDER


class Settings(BaseModel):
    """Everything a process is told at start; units stand in the names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: SecretStr | None = None
    data_dir: Path = Field(default_factory=_default_data_dir)
    secret_key: SecretStr | None = None
    postgres_account: str = "idip-postgres"

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "BR"
    timezone: str = "America/Sao_Paulo"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "BRL"
    locale: Annotated[str, Field(pattern=r"^(pt-BR|es|en)$")] = "pt-BR"
    company_name: str = "Loja"
    source_rank: Annotated[str, Field(pattern=r"^[^\s,]+(,[^\s,]+)*$")] | None = None

    pool_size: Annotated[int, Field(ge=1, le=200)] = 8
    statement_cache: bool = True
    acquire_timeout_ms: Annotated[int, Field(ge=50, le=60_000)] = 1_000
    statement_timeout_ms: Annotated[int, Field(ge=0, le=600_000)] = 5_000
    lock_timeout_ms: Annotated[int, Field(ge=0, le=60_000)] = 1_000
    allow_async_commit: bool = False
    least_free_mib: Annotated[int, Field(ge=0, le=1_048_576)] = 256

    deadline_ms: Annotated[int, Field(ge=20, le=10_000)] = 800
    future_tolerance_hours: Annotated[int, Field(ge=0, le=168)] = 24
    subject_request_days: Annotated[int, Field(ge=1, le=90)] | None = None
    anonymous_idle_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    clean_every_days: Annotated[int, Field(ge=0, le=365)] = 7
    key_cache_ttl_ms: Annotated[int, Field(ge=0, le=5_000)] = 3_000
    stop_notice_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    distinct_numbers_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 60
    max_body_bytes: Annotated[int, Field(ge=1_024, le=64 * 1024 * 1024)] = 4 * 1024 * 1024

    log_level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("not a time zone of the IANA database")
        return name

    @property
    def sources_by_rank(self) -> tuple[str, ...]:
        """Return the sources whose word on a person is believed before others', the best first."""
        return tuple(self.source_rank.split(",")) if self.source_rank else ()

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which business days are counted."""
        return ZoneInfo(self.timezone)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read ``DATABASE_URL`` and every ``IDIP_*`` variable; a secret also from its ``_FILE``.

        Raises:
            SettingsError: a variable is unknown or its value cannot be used; the message names the
                variable and never its value.
        """
        known = {PREFIX + name.upper(): name for name in cls.model_fields if name != "database_url"}
        values: dict[str, str] = {}
        for variable, value in _with_secret_files(environ).items():
            if variable == "DATABASE_URL" and value:
                values["database_url"] = value
            elif variable.startswith(PREFIX):
                if variable not in known:
                    raise SettingsError(f"{variable} is not a setting; see docs/settings.md")
                values[known[variable]] = value
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            names = {name: variable for variable, name in known.items()}
            parts = [
                f"{names.get(str(item['loc'][0]), 'DATABASE_URL')}: {item['msg']}"
                for item in error.errors(include_input=False, include_url=False)
            ]
            raise SettingsError("; ".join(parts)) from None


def _with_secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with what stands in files put in its place, without a last newline.

    Raises:
        SettingsError: a secret is given in both ways, or its file cannot be read.
    """
    told = dict(environ)
    for variable in SECRETS:
        path = told.pop(f"{variable}_FILE", "")
        if not path:
            continue
        if told.get(variable):
            raise SettingsError(f"{variable} and {variable}_FILE are both given: give one")
        try:
            told[variable] = Path(path).read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError):
            raise SettingsError(f"the file that {variable}_FILE names cannot be read") from None
    return told
