"""Which tables should there be?  Those of every ``tables`` module below ``app``."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Final

from sqlalchemy import MetaData
from sqlalchemy.schema import SchemaItem

import app
from app.database.metadata import metadata

_PARTITION: Final = re.compile(r"_(default|y\d{4}m\d{2})$")


def every_table() -> MetaData:
    """Return the house's metadata once each ``tables`` module has put its own into it."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.endswith(".tables"):
            import_module(module.name)
    return metadata


def is_ours(
    _: SchemaItem,
    name: str | None,
    kind: str,
    reflected: bool,  # noqa: FBT001 (Alembic calls it so)
    __: SchemaItem | None,
) -> bool:
    """Leave partitions out of a comparison: they are made as the months come."""
    return not (kind == "table" and reflected and name is not None and _PARTITION.search(name))
