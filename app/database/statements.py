"""Where do long statements live?  In ``<package>/sql/<name>.sql``, read once at import.

``queries.py`` keeps each as a module constant, so that SQLAlchemy's compiled cache and the server's
prepared statements stay warm.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from sqlalchemy import TextClause, text

_WHOLE_LINE_COMMENT: Final = re.compile(r"^\s*--.*\n?", re.MULTILINE)
_BIND_BEFORE_CAST: Final = re.compile(r"(?<![:\w]):(\w+)::")


def statement(package: str, name: str) -> TextClause:
    """Return the statement of ``sql/<name>.sql`` in ``package``, with its ``:named`` binds.

    The header and other whole-line comments stay in the file: a ``:name`` explained there would be
    taken for a bind.  In their place goes the statement's own name, which shows who is running what
    in ``pg_stat_activity``.

    Raises:
        ValueError: ``:name::type`` is written somewhere; SQLAlchemy reads no bind there, so the
            cast must be ``CAST(:name AS type)``.
        FileNotFoundError: the package has no such statement.
    """
    source = files(package).joinpath("sql", f"{name}.sql").read_text("utf-8")
    body = _WHOLE_LINE_COMMENT.sub("", source).strip().rstrip(";")
    if found := _BIND_BEFORE_CAST.search(body):
        raise ValueError(
            f"{package}/sql/{name}.sql: write CAST(:{found[1]} AS …), not :: on a bind"
        )
    return text(f"/* {package}.{name} */\n{body}")
