"""Does ``docs/fields.md`` name every fact that rules may ask about, once, and where it is from?"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from app.api.touchpoint_document import ContextDocument, LineDocument, TouchpointDocument
from app.api.wire import Document
from app.differentiate.fields import FIELDS as WORTH
from app.interact.fields import FIELDS as DIALOGUE
from app.personalise.fields import FIELDS as DERIVED
from app.rules.fields import FieldRegistry
from app.vocabulary import Locale

TEXT: Final = (Path(__file__).parents[3] / "docs" / "fields.md").read_text("utf-8")
ROW: Final = re.compile(r"^\| `(\w+)` \| (\w+) \| (\w*) ?\| .+ \| .+ \|$", re.MULTILINE)
REGISTRY: Final = FieldRegistry.join(WORTH, DIALOGUE, DERIVED)
SAMPLES: Final = ("1", True, 1, "neutral", ["A1"], {})
"""One of these fits any field of a context."""


def told(text: str) -> list[tuple[str, str, str]]:
    return sorted(ROW.findall(text))


def test_every_field_is_told_once_with_type_and_unit() -> None:
    assert told(TEXT) == sorted((f.name, f.type.value, f.unit.value) for f in REGISTRY)


def test_a_field_left_out_is_seen() -> None:
    without = re.sub(r"^\| `segment` .*\n", "", TEXT, flags=re.MULTILINE)
    assert len(told(without)) == len(REGISTRY) - 1


def some(model: type[Document], name: str) -> Any:
    """Return a value that the field takes."""
    for value in SAMPLES:
        with suppress(ValidationError):
            model.model_validate({name: value})
            return value
    raise AssertionError(f"no sample fits {name}")


def test_what_a_touchpoint_may_tell_is_told_as_such() -> None:
    part = TEXT.partition("## What the touchpoint tells")[2].partition("\n## ")[0]
    line = {name: some(LineDocument, name) for name in LineDocument.model_fields}
    context = {name: some(ContextDocument, name) for name in ContextDocument.model_fields}
    asked = TouchpointDocument.model_validate(
        {"channel": "voice", "context": {**context, "line": line}}
    )
    facts = asked.command(Locale.EN).context
    assert {name for name, _, _ in told(part)} == {*facts, "channel", "direction"}
