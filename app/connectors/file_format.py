"""How is a file of rows written: its marks, its encoding, its dates?"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from app.connectors.values import DATE_FORMATS

_MOST_ROWS: Final = 1_000_000_000


class Part(BaseModel):
    """A piece of a mapping: unknown keys are refused, values are never quoted in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class NamedColumn(Part):
    """A column's name; in a fixed file also its positions from 1, both ends included."""

    name: str
    from_: Annotated[int | None, Field(ge=1, alias="from")] = None
    to: Annotated[int | None, Field(ge=1)] = None


def _as_column(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _tab(value: object) -> object:
    return "\t" if value == "tab" else value


class FileFormat(Part):
    """How the file is written; every field has the default that most files need."""

    format: Literal["delimited", "whitespace", "fixed"] = "delimited"
    delimiter: Annotated[Literal[";", ",", "\t", "|"] | None, BeforeValidator(_tab)] = None
    quote: Literal['"', "'", "none"] = '"'
    encoding: Literal["utf-8", "latin-1", "cp1252"] | None = None
    header: bool = True
    columns: tuple[Annotated[NamedColumn, BeforeValidator(_as_column)], ...] = ()
    skip_rows: Annotated[int, Field(ge=0, le=_MOST_ROWS)] = 0
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None
    currency_sign: str | None = None
    dates: Annotated[tuple[str, ...], Field(min_length=1)] = ("yyyy-mm-dd",)
    time_zone: str | None = None
    empty: frozenset[str] = frozenset()

    @field_validator("currency_sign")
    @classmethod
    def _is_no_number(cls, sign: str | None) -> str | None:
        if sign is not None and not re.fullmatch(r"[^\d\s.,'+()-]{1,4}", sign):
            raise ValueError("must be what stands beside amounts, such as R$ or €")
        return sign

    @field_validator("dates")
    @classmethod
    def _known_dates(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not set(names) <= DATE_FORMATS.keys():
            raise ValueError(f"must be among {', '.join(DATE_FORMATS)}")
        if {"dd/mm/yyyy", "mm/dd/yyyy"} <= set(names):
            raise ValueError("dd/mm/yyyy and mm/dd/yyyy cannot be told apart in one file")
        return names

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError("is not a time zone of the IANA database")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> FileFormat:
        if self.thousands == self.decimal:
            raise ValueError("thousands and decimal cannot be the same mark")
        if self.format == "fixed" and not (self.columns and all(map(_is_placed, self.columns))):
            raise ValueError("a fixed file needs columns, each with name, from and to")
        if self.format != "fixed" and any(column.from_ or column.to for column in self.columns):
            raise ValueError("only the columns of a fixed file have from and to")
        return self

    def zone(self, deployment: ZoneInfo) -> ZoneInfo:
        """Return the zone that local times are in: the file's own, else the deployment's."""
        return ZoneInfo(self.time_zone) if self.time_zone else deployment


def _is_placed(column: NamedColumn) -> bool:
    return bool(column.from_ and column.to and column.from_ <= column.to)
