"""Is the simulated company the same every time, valid in every field, and true to its truth?"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
import phonenumbers
import pytest
from stdnum.br import cpf

from app.api.event_document import read_event_document
from app.flows.event_command import EventCommand, Unreadable
from app.simulation.company import PROTAGONISTS, Simulated, simulate
from app.simulation.documents import NOBODY
from app.vocabulary import IdentifierType

TODAY = date(2026, 12, 1)
MONEY = ("net", "discount", "freight", "cost")


@pytest.fixture(scope="module")
def company() -> list[Simulated]:
    return list(simulate(600, 7, TODAY))


def identifiers(company: list[Simulated]) -> Iterator[tuple[str, dict[str, Any]]]:
    for told in company:
        for identifier in told.document.get("identifiers", ()):
            assert told.person is not None
            yield told.person, identifier


def documents(company: list[Simulated], kind: str) -> list[dict[str, Any]]:
    return [told.document for told in company if told.document["type"] == kind]


def as_bytes(told: Iterator[Simulated]) -> bytes:
    return b"\n".join(orjson.dumps([one.person, one.document]) for one in told)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert as_bytes(simulate(60, 1, TODAY)) == as_bytes(simulate(60, 1, TODAY))
    assert as_bytes(simulate(60, 1, TODAY)) != as_bytes(simulate(60, 2, TODAY))


def test_the_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "import hashlib, datetime, orjson\n"
        "from app.simulation.company import simulate\n"
        "told = simulate(40, 3, datetime.date(2026, 12, 1))\n"
        "print(hashlib.sha256(b''.join(orjson.dumps(one.document) for one in told)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_larger_company_begins_like_a_smaller_one() -> None:
    small = as_bytes(islice(simulate(200, 5, TODAY), 500))
    assert as_bytes(islice(simulate(10_000_000, 5, TODAY), 500)) == small


def test_there_are_as_many_people_as_asked_for(company: list[Simulated]) -> None:
    assert len({told.person for told in company if told.person}) == 600
    with pytest.raises(ValueError, match="8 customers or more"):
        list(simulate(7, 1, TODAY))


def test_every_event_has_an_id_of_its_own_and_the_shape_of_the_interface(
    company: list[Simulated],
) -> None:
    ids = Counter((told.document["source"], told.document["id"]) for told in company)
    assert max(ids.values()) == 1
    for told in company:
        document = told.document
        assert {"id", "source", "type", "time", "data"} <= document.keys()
        assert document.keys() <= {
            *("id", "source", "record_key", "type", "time", "identifiers", "profile", "data"),
        }
        assert all(document.get(part, True) for part in ("record_key", "identifiers", "profile"))


def test_every_event_is_understood_at_the_edge(company: list[Simulated]) -> None:
    for told in company:
        assert isinstance(read_event_document(told.document), EventCommand), told.document
    broken = company[0].document | {"time": "yesterday"}
    assert isinstance(read_event_document(broken), Unreadable)


def test_every_event_is_within_the_two_years_before_today(company: list[Simulated]) -> None:
    for told in company:
        at = datetime.fromisoformat(told.document["time"])
        assert at.utcoffset() == timedelta(hours=-3)
        assert TODAY - timedelta(days=731) <= at.date() < TODAY


def test_the_events_of_a_person_come_in_order(company: list[Simulated]) -> None:
    last: dict[str, str] = defaultdict(str)
    for told in company:
        if told.person:
            assert told.document["time"] >= last[told.person]
            last[told.person] = told.document["time"]


def test_every_tax_id_is_valid_and_one_persons(company: list[Simulated]) -> None:
    owners = defaultdict(set)
    for person, identifier in identifiers(company):
        if identifier["type"] == "tax_id":
            owners[cpf.validate(identifier["value"])].add(person)
    assert len(owners) > 400
    assert all(len(people) == 1 for people in owners.values())
    assert not cpf.is_valid("529.982.247-26")


def test_every_phone_is_valid_and_shared_only_within_a_household(
    company: list[Simulated],
) -> None:
    owners = defaultdict(set)
    for person, identifier in identifiers(company):
        if identifier["type"] == "phone":
            number = phonenumbers.parse(identifier["value"], "BR")
            assert phonenumbers.is_valid_number(number), identifier
            owners[number.national_number].add(person)
    assert {len(people) for people in owners.values()} == {1, 2}
    for people in owners.values():
        low, *high = sorted(int(person[1:]) for person in people)
        assert not high or high == [low + 1]


def test_every_mailbox_is_at_a_domain_that_has_none(company: list[Simulated]) -> None:
    for _, identifier in identifiers(company):
        IdentifierType(identifier["type"])
        if identifier["type"] == "email":
            domain = identifier["value"].rpartition("@")[2]
            assert domain in {"example.com", "example.org", "example.net"}
            assert identifier["value"].isascii()


def test_a_record_belongs_to_one_person(company: list[Simulated]) -> None:
    owners = defaultdict(set)
    for told in company:
        if "record_key" in told.document:
            owners[told.document["source"], told.document["record_key"]].add(told.person)
    assert all(len(people) == 1 for people in owners.values())
    assert owners["erp.sao-paulo", NOBODY] == {None}


def test_the_lines_of_a_sale_add_up_to_its_money(company: list[Simulated]) -> None:
    for sale in documents(company, "sale"):
        data = sale["data"]
        lines = data["lines"]
        assert all(Decimal(data[name]) >= 0 for name in MONEY)
        assert all(data[name][-3] == "." for name in MONEY)
        assert sum(Decimal(line["net"]) for line in lines) == Decimal(data["net"]) > 0
        assert sum(Decimal(line["cost"]) for line in lines) == Decimal(data["cost"])
        assert len({line["sku"] for line in lines}) == len(lines)


@pytest.mark.parametrize("kind", ["refund", "cancellation", "payment"])
def test_what_refers_to_a_sale_comes_after_it_and_takes_no_more(
    company: list[Simulated], kind: str
) -> None:
    sales = {(sale["source"], sale["id"]): sale for sale in documents(company, "sale")}
    found = documents(company, kind)
    assert found
    for document in found:
        sale = sales[document["data"]["refers_to"]["source"], document["data"]["refers_to"]["id"]]
        assert document["time"] > sale["time"]
        assert (sale["data"]["status"] == "pending") is (kind == "payment")
        if kind != "payment":
            assert 0 < Decimal(document["data"]["net"]) <= Decimal(sale["data"]["net"])


def test_a_closed_complaint_was_opened_before(company: list[Simulated]) -> None:
    cases: dict[str, list[str]] = defaultdict(list)
    for complaint in documents(company, "complaint"):
        cases[complaint["data"]["case_id"]].append(complaint["data"]["status"])
    assert {tuple(statuses) for statuses in cases.values()} == {("opened",), ("opened", "closed")}


def test_the_company_is_believable(company: list[Simulated]) -> None:
    kinds = Counter(told.document["type"] for told in company)
    assert 10 <= sum(kinds.values()) / 600 <= 15
    assert {
        *("sale", "refund", "cancellation", "payment", "profile", "navigation", "login"),
        *("interaction", "complaint", "feedback", "consent", "preference", "lead"),
    } <= kinds.keys()
    days = defaultdict(set)
    for told in company:
        if told.document["type"] == "sale" and told.person:
            days[told.person].add(told.document["time"][:10])
    once = sum(len(found) == 1 for found in days.values()) / len(days)
    assert 0.3 < once < 0.6
    sales = documents(company, "sale")
    keyless = sum("record_key" not in sale for sale in sales) / len(sales)
    assert 0.03 < keyless < 0.2
    consents = Counter(consent["data"]["status"] for consent in documents(company, "consent"))
    assert consents["granted"] > consents["denied"] > 100
    months = Counter(sale["time"][5:7] for sale in sales)
    assert months["12"] > months["02"]


def sale_days_ago(company: list[Simulated], person: str) -> list[int]:
    return [
        (TODAY - date.fromisoformat(told.document["time"][:10])).days
        for told in company
        if told.person == person and told.document["type"] == "sale"
    ]


def test_the_protagonists_come_first_and_are_the_same_under_every_seed() -> None:
    count = sum(1 for told in simulate(8, 1, TODAY) if told.person)
    first = as_bytes(islice(simulate(50, 1, TODAY), count))
    assert first == as_bytes(islice(simulate(50, 99, TODAY), count))
    assert {told.person for told in islice(simulate(50, 1, TODAY), count)} == {
        told.person.key for told in PROTAGONISTS.values()
    }


def test_the_protagonists_have_their_stories(company: list[Simulated]) -> None:
    people = {name: told.person for name, told in PROTAGONISTS.items()}
    ana = people["champion"]
    assert (ana.name, ana.phone, ana.tax_id) == (
        "Ana Maria de Souza",
        "11987654321",
        "529.982.247-25",
    )
    assert min(sale_days_ago(company, ana.key)) <= 7
    assert len(sale_days_ago(company, ana.key)) > 50
    assert min(sale_days_ago(company, people["slipping"].key)) > 270
    assert sale_days_ago(company, people["newcomer"].key) == [12]
    assert sale_days_ago(company, people["prospect"].key) == []
    assert people["first_on_the_line"].phone == people["second_on_the_line"].phone
    cases = [told for told in company if told.person == people["complaining"].key]
    assert [c.document["data"]["status"] for c in cases if c.document["type"] == "complaint"] == [
        "opened"
    ]
    orders = [told for told in company if told.person == people["waiting"].key]
    assert orders[-1].document["data"]["status"] == "pending"
