"""Does ``docs/glossary.md`` keep one meaning for a word, and the names that people really read?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from app.differentiate.segments import SEGMENT_NAMES, Segment
from app.vocabulary import Locale

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8")
MEANINGS, _, NAMES = GLOSSARY.partition("## Names that people read")
SEGMENTS = NAMES.partition("### Segments")[2]


def rows(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_word_has_one_meaning() -> None:
    words = Counter(word for row in rows(MEANINGS) for word in row[0].split(", "))
    del words["word"]  # the heading of each table
    assert [word for word, times in words.items() if times > 1] == []


def test_the_segments_are_named_as_people_read_them() -> None:
    told = {row[0].strip("`"): tuple(row[1:]) for row in rows(SEGMENTS)[1:]}
    shown = {
        segment.value: tuple(SEGMENT_NAMES[segment].in_locale(locale) for locale in Locale)
        for segment in Segment
    }
    assert told == shown
