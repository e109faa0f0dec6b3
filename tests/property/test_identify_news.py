"""Is what was told of a known record no news only where it changes nobody, whatever is stored?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.identify.doubt import Doubt
from app.identify.doubts import doubts
from app.identify.evidence import FOR_GOOD
from app.identify.holders import Bearer, generic_records, generic_values
from app.identify.news import components_of_news
from app.identify.parties import with_parties
from app.identify.placing import partition_rows
from app.identify.rows import Content, PartitionRows, RecordEvidence, StoredRecord
from app.vocabulary import Assurance, RecordId
from tests.unit.identify.people import bearer, cpf, email, phone, record
from tests.unit.identify.test_news import CROWD, NARROW, Naming, Stored, evidence, located, stored

NAMES = "abcd"
SOME = [bearer("Ana Souza"), bearer("Bruno Lima"), bearer("Ana Souza"), bearer(""), CROWD]
DAYS = st.sampled_from([0, 10, 100, 119, 120, 121, 181, 191, 290, 300, 310, 500])
SPANS = st.sampled_from([(0, 10), (0, 10), (5, 15), (190, 200), (191, 300), (300, 310), (310, 320)])
"""Some with a silence between them, one a day short of it."""

NAMED = st.one_of(
    st.builds(phone, st.sampled_from(NAMES)),
    st.builds(phone, st.sampled_from(NAMES)),
    st.builds(phone, st.sampled_from(NAMES)),
    st.builds(phone, st.sampled_from(NAMES), st.just("2")),
    st.builds(email, st.sampled_from(NAMES)),
    st.builds(cpf, st.sampled_from(NAMES), st.sampled_from("12")),
)
DECLARED = st.sampled_from([Assurance.DECLARED] * 16 + [Assurance.ENRICHED, Assurance.VERIFIED])
STORED = st.lists(
    st.builds(
        stored,
        NAMED,
        SPANS,
        DECLARED,
        st.sampled_from([None] * 20 + [-1, 5, 350]),
        unnamed=st.booleans(),
    ),
    min_size=3,
    max_size=8,
    unique_by=lambda each: (each.link.record_id, each.link.key),
)
NAMINGS = st.lists(
    st.builds(Naming, st.integers(0, 4), DAYS, DECLARED, st.booleans()), min_size=1, max_size=2
)
BEARERS = st.fixed_dictionaries(
    {
        record(name): st.builds(
            lambda said, source: replace(said, source=source),
            st.sampled_from(SOME),
            st.sampled_from(["erp", "shop"]),
        )
        for name in NAMES
    }
)


def read(links: Sequence[Stored], told: Mapping[RecordId, Bearer]) -> Content:
    """Return what ``component_content`` reads of it."""
    nobody = generic_records(told, NARROW)
    records = {
        each: StoredRecord(each, None, None, anonymous=False, generic=each in nobody, bearer=said)
        for each, said in told.items()
    }
    own = [each for each in links if each.assurance is not Assurance.ENRICHED]
    return with_parties(
        Content(
            records,
            [each.link for each in own if each.weighs],
            [
                replace(each.link, withdrawn=each.denied_at == FOR_GOOD)
                for each in own
                if each.denied_at is not None
            ],
        )
    )


def settled(links: Sequence[Stored], told: Mapping[RecordId, Bearer]) -> list[Stored]:
    """Return the links of values that are not past their limit already: no others are looked at."""
    found = read(links, told)
    bearers = {each: one.bearer for each, one in found.records.items()}
    generic = generic_values([*found.links, *found.past], bearers, NARROW)
    return [each for each in links if each.link.key not in generic]


def once_more(before: Stored, told: RecordEvidence) -> Stored:
    """Return the link as ``write_links`` leaves it."""
    (named,) = told.names
    assurance = max(before.assurance, named.assurance, key=lambda each: each.rank)
    link = replace(
        before.link,
        first_seen_at=min(before.link.first_seen_at, named.seen_at),
        last_seen_at=max(before.link.last_seen_at, named.seen_at),
        unnamed=before.link.unnamed or told.token is None,
        verified=assurance is Assurance.VERIFIED,
    )
    return replace(before, link=link, assurance=assurance)


def judged(
    links: Sequence[Stored], told: Mapping[RecordId, Bearer], among: Collection[RecordId]
) -> tuple[PartitionRows, list[list[Doubt]]]:
    """Return what a partition of these records would write, and what somebody should look at."""
    own = {each: said for each, said in told.items() if each in among}
    ids = count(1)
    content = read([each for each in links if each.link.record_id in among], own)
    rows = partition_rows(content, (), 1, NARROW, lambda: UUID(int=next(ids)))
    return replace(rows, looked=[]), [doubts(each, NARROW) for each in rows.looked]


@given(STORED, BEARERS, NAMINGS)
def test_what_is_no_news_changes_nobody(
    links: list[Stored], told: dict[RecordId, Bearer], namings: list[Naming]
) -> None:
    before = settled(links, told)
    again = [
        (naming.nth, evidence(naming, before[naming.nth], told))
        for naming in namings
        if naming.nth < len(before)
    ]
    found, groups = located(before, told)
    active = {each.link.key for each in before}
    news = components_of_news([each for _, each in again], active, found, (), NARROW)
    after = list(before)
    for nth, each in again:
        after[nth] = once_more(after[nth], each)
    as_they_were = {
        each for component, group in groups.items() if component not in news for each in group
    }
    assert judged(after, told, as_they_were) == judged(before, told, as_they_were)
