"""Does the example of ``docs/loading.md`` do what the page says?"""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.api.event_document import read_event_document
from app.connectors.file_format import FileFormat
from app.flows.event_command import EventCommand
from tests.unit.connectors.files import documents, rows

PAGE = (Path(__file__).parents[3] / "docs" / "loading.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_example_is_read_as_the_page_says(tmp_path: Path) -> None:
    found = documents(rows(tmp_path, block("yaml"), block("").encode("latin-1")))
    assert found[0] == json.loads(block("json"))
    assert found[1]["profile"] == {"name": "Silva; Filhos"}
    assert all(isinstance(read_event_document(document), EventCommand) for document in found)


def test_the_page_tells_of_every_key_of_a_file() -> None:
    for name in FileFormat.model_fields:
        assert f"`{name}`" in PAGE
