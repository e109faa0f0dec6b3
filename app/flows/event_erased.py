"""What is left of a fact that speaks of somebody erased?  Pure.

It counts, as it happened; it says of nobody that it was them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import orjson

from app.flows.event_reading import ReadEvent
from app.identify.erasure.persons import named_at
from app.identify.rows import RecordEvidence
from app.vocabulary import Identifier, IdentifierType, Party

_FOR_LIFE: Final = frozenset({IdentifierType.TAX_ID, IdentifierType.DOCUMENT})


def without_names(read: ReadEvent, erased: Collection[bytes]) -> ReadEvent:
    """Take out of an event what names somebody erased: all of it, or single identifiers.

    It is about them if it names their record, their visit, a number that is one person's for life,
    or nobody else; or their first name with a contact point of theirs, and no such number of
    somebody else's.  Without that a telephone or an address may be somebody else's by now: then it
    alone goes.
    """
    evidence = read.evidence
    if evidence is None:
        return _of_nobody(read) if read.visit_key in erased else read
    names = tuple(named for named in evidence.names if named.key not in erased)
    by_name = not persons_named(evidence).isdisjoint(erased) and not any(
        _is_for_life(named.identifier) for named in names
    )
    own = {evidence.record_id.bytes, read.visit_key}
    if names == evidence.names and not by_name and own.isdisjoint(erased):
        return read
    gone = [named.identifier for named in evidence.names if named.key in erased]
    about_them = evidence.record_id.bytes in erased or any(map(_is_for_life, gone))
    if by_name or about_them or (not names and evidence.names):
        return _of_nobody(read)
    command = replace(read.command, payload=unnamed(read.command.payload, "identifiers"))
    visit = None if read.visit_key in erased else read.visit_key
    told = replace(evidence, names=names)
    return replace(read, command=command, evidence=told, visit_key=visit, unusable=())


def persons_named(evidence: RecordEvidence) -> set[bytes]:
    """Return what stands for the person it names, at each identifier it names them with."""
    found = {named_at(named.key, evidence.token) for named in evidence.names}
    return {each for each in found if each is not None}


def _is_for_life(identifier: Identifier) -> bool:
    return identifier.type in _FOR_LIFE and identifier.party is not Party.COMPANY


def _of_nobody(read: ReadEvent) -> ReadEvent:
    command = replace(read.command, profile={}, payload="{}")
    return replace(read, command=command, evidence=None, visit_key=None, unusable=())


def unnamed(payload: str, *members: str) -> str:
    """Return a payload without these members of its document."""
    told = orjson.loads(payload)
    kept = {name: value for name, value in told.items() if name not in members}
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()
