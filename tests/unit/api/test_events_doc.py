"""Does ``docs/events.md`` tell every type and field of an event, and do its examples work?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import orjson
import pytest
from pydantic.fields import FieldInfo

from app.api import event_data, event_document
from app.api.cloud_events import read_cloud_event
from app.api.event_data import DATA_OF
from app.api.event_document import read_event_document
from app.api.wire import Document
from app.flows.event_command import EventCommand, EventType
from app.identify.normalise import Fault
from app.vocabulary import Channel, IdentifierType

TEXT: Final = (Path(__file__).parents[3] / "docs" / "events.md").read_text("utf-8")
PARTS: Final[dict[str, type[Document]]] = {
    "An event": event_document.EventDocument,
    "Identifiers": event_document.IdentifierDocument,
    "Profile": event_document.ProfileDocument,
    "Reference": event_data.Reference,
    "Line": event_data.SaleLine,
    "Payment": event_data.Payment,
    "Hours": event_data.Hours,
}
HEADING: Final = re.compile(r"^##+ (.+)$", re.MULTILINE)
CODE: Final = re.compile(r"`([^`]+)`")

Row = tuple[str, str, str]
"""Field, form and whether it is needed."""


def sections(text: str) -> dict[str, str]:
    _, *parts = HEADING.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def told_types(text: str) -> dict[str, str]:
    """Return the section of each type: headings are the types in code, ``login`` and ``logout``."""
    found = sections(text).items()
    return {kind: part for heading, part in found for kind in CODE.findall(heading)}


def rows(section: str) -> list[Row]:
    table = section.partition("| field |")[2].partition("\n\n")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [(cell[0].strip("`"), cell[1], cell[2]) for cell in cells]


def gaps(section: str, model: type[Document]) -> list[str]:
    """Return what a section does not say of a model, or says of it and is not so."""
    told = rows(section)
    fields = model.model_fields
    names = sorted(name for name, _, _ in told)
    wrong = [] if names == sorted(fields) else [f"{names} is not {sorted(fields)}"]
    for name, form, needed in told:
        field = fields.get(name)
        if field is not None and needed != as_written(field):
            wrong.append(f"{name}: needed is {as_written(field)}")
        if field is not None and not set(literals(field.annotation)) <= set(CODE.findall(form)):
            wrong.append(f"{name}: a value that may stand there is not named")
    return wrong


def as_written(field: FieldInfo) -> str:
    """Return what *needed* says: ``yes``, ``no``, or the default."""
    if field.is_required():
        return "yes"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return "no"
    return f"`{default if isinstance(default, str) else orjson.dumps(default).decode()}`"


def literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
        return
    for part in get_args(annotation):
        yield from literals(part)


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_every_type_has_a_section_and_no_other_has() -> None:
    assert set(told_types(TEXT)) == set(EventType)


@pytest.mark.parametrize("kind", EventType)
def test_a_type_is_told_field_by_field(kind: EventType) -> None:
    assert gaps(told_types(TEXT)[kind], DATA_OF[kind]) == []


@pytest.mark.parametrize("part", PARTS)
def test_what_types_share_is_told_field_by_field(part: str) -> None:
    assert gaps(sections(TEXT)[part], PARTS[part]) == []


def test_a_gap_is_seen() -> None:
    sale, model = told_types(TEXT)["sale"], DATA_OF[EventType.SALE]
    assert gaps(re.sub(r"\| `store` .*\n", "", sale), model)
    assert gaps(sale.replace("| `net` | price | yes |", "| `net` | price | no |"), model)
    assert gaps(sale.replace("| `pending`, ", "| "), model)


def test_every_identifier_channel_and_fault_is_told() -> None:
    of_identifiers = CODE.findall(sections(TEXT)["Identifiers"])
    assert set(IdentifierType) | {fault.value for fault in Fault} <= set(of_identifiers)
    assert set(Channel) <= set(CODE.findall(told_types(TEXT)["interaction"]))


def test_the_examples_are_events() -> None:
    lines = [line for example in examples("ndjson") for line in example.splitlines()]
    envelopes = examples("json")
    read = [read_event_document(orjson.loads(line)) for line in lines]
    read += [read_cloud_event(orjson.loads(envelope)) for envelope in envelopes]
    assert lines
    assert envelopes
    assert all(isinstance(item, EventCommand) for item in read)


def test_an_example_with_a_mistake_is_none() -> None:
    event = orjson.loads(examples("ndjson")[-1].splitlines()[0])
    event["data"]["nett"] = event["data"].pop("net")
    assert not isinstance(read_event_document(event), EventCommand)
