"""What does a denied link still say?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.identify.cluster import partition
from app.identify.denials import denied_links, past_links
from app.identify.evidence import Link
from app.identify.rows import Content
from tests.unit.identify.people import cpf, groups, phone, records


def one_by(links: list[Link], past: list[Link]) -> bool:
    """Tell whether a and b are one by these links, and by what denied ones still say."""
    before = past_links(Content({}, links, past), (), ())
    held = [*links, *(link for found in before.values() for link in found)]
    return partition(records("ab"), held) == groups("ab")


@pytest.mark.parametrize("withdrawn", [False, True])
def test_who_shared_a_telephone_before_it_was_denied_stays_one(withdrawn: bool) -> None:
    past = [replace(phone(name), withdrawn=withdrawn) for name in "ab"]
    assert one_by([], past)
    assert not one_by([], past[:1])


def test_who_shared_a_tax_id_that_a_person_withdrew_stays_one() -> None:
    past = [cpf(name, "1") for name in "ab"]
    assert not one_by([], past)  # the control: nobody else can deny a tax id
    assert one_by([], [replace(link, withdrawn=True) for link in past])


def test_a_withdrawn_tax_id_contradicts_no_other() -> None:
    past = [replace(cpf("a", "1"), withdrawn=True)]
    right = [phone("a"), phone("b"), cpf("b", "2")]
    assert one_by(right, past)
    assert not one_by([*right, cpf("a", "1")], [])  # the control


def test_what_weighs_again_is_not_denied() -> None:
    again = phone("a")
    assert denied_links(Content({}, [again], [again])) == []
    assert denied_links(Content({}, [], [again])) == [again]
