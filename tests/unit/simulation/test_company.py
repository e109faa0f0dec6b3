"""Is the simulated company the same every time, valid in every field, and true to its truth?"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from app.api.event_document import read_event_document
from app.flows.event_command import EventCommand, Unreadable
from app.simulation.company import PROTAGONISTS, Chapter, simulate
from app.simulation.dirt import TIDY
from app.simulation.documents import NOBODY
from app.simulation.places import HOME, HOME_ZONE, Mix, read_mix
from app.simulation.world import Plan

TODAY = date(2026, 12, 1)
PEOPLE = 250
MONEY = ("net", "discount", "freight", "cost")


def told(customers: int = PEOPLE, seed: int = 7, **options: Any) -> list[Chapter]:
    return list(simulate(Plan(customers, seed, TODAY, **options)))


@pytest.fixture(scope="module")
def company() -> list[Chapter]:
    return told()


def events(company: Iterable[Chapter], kind: str = "") -> list[dict[str, Any]]:
    found = (document for chapter in company for document in chapter.events)
    return [document for document in found if kind in ("", document["type"])]


def people(company: Iterable[Chapter]) -> Iterator[dict[str, Any]]:
    return (chapter.truth[-1] for chapter in company)


def as_bytes(company: Iterable[Chapter]) -> bytes:
    return b"\n".join(orjson.dumps([one.key, one.events, one.truth]) for one in company)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert as_bytes(told(60, 1)) == as_bytes(told(60, 1))
    assert as_bytes(told(60, 1)) != as_bytes(told(60, 2))


def test_the_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "import hashlib, datetime, orjson\n"
        "from app.simulation.company import simulate\n"
        "from app.simulation.world import Plan\n"
        "told = simulate(Plan(40, 3, datetime.date(2026, 12, 1)))\n"
        "text = b''.join(orjson.dumps([one.events, one.truth]) for one in told)\n"
        "print(hashlib.sha256(text).hexdigest())"
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


def test_there_are_as_many_people_as_asked_for_and_firms_on_top(company: list[Chapter]) -> None:
    keys = Counter(chapter.key[0] for chapter in company)
    assert keys == {"P": PEOPLE, "F": 8}
    assert sum(chapter.is_person for chapter in company) == PEOPLE
    with pytest.raises(ValueError, match="8 customers or more"):
        told(7)


def test_every_event_has_an_id_of_its_own_and_the_shape_of_the_interface(
    company: list[Chapter],
) -> None:
    ids = Counter((document["source"], document["id"]) for document in events(company))
    assert max(ids.values()) == 1
    for document in events(company):
        assert {"id", "source", "type", "time", "data"} <= document.keys()
        assert all(document.get(part, True) for part in ("record_key", "identifiers", "profile"))


def test_every_event_is_understood_at_the_edge(company: list[Chapter]) -> None:
    for document in events(company):
        assert isinstance(read_event_document(document), EventCommand), document
    broken = events(company)[0] | {"time": "yesterday"}
    assert isinstance(read_event_document(broken), Unreadable)


def test_every_event_is_within_the_two_years_before_today(company: list[Chapter]) -> None:
    for document in events(company):
        at = datetime.fromisoformat(document["time"])
        assert at.utcoffset() is not None
        assert TODAY - timedelta(days=731) <= at.astimezone(HOME_ZONE).date() < TODAY


def test_the_events_of_a_person_come_in_order(company: list[Chapter]) -> None:
    for chapter in company:
        times = [datetime.fromisoformat(document["time"]) for document in chapter.events]
        assert times == sorted(times)


def test_every_mailbox_is_at_a_domain_that_has_none(company: list[Chapter]) -> None:
    reserved = ("example.com", "example.org", "example.net", ".example")
    fillers = {"nao@tem.com", "sem@email.com", "x@x.com", "no@tiene.com"}
    for document in events(company):
        for identifier in document.get("identifiers", ()):
            value = identifier["value"]
            if identifier["type"] == "email" and value not in fillers:
                assert value.isascii()
                assert value.endswith((*reserved, "@ct.vtex.com.br")), value


def test_the_truth_names_one_person_for_every_record_and_every_keyless_fact(
    company: list[Chapter],
) -> None:
    owners: dict[Any, set[str]] = defaultdict(set)
    for chapter in company:
        for line in chapter.truth[:-1]:
            assert line["person"] == chapter.key
            owners[line["source"], line.get("record_key"), line.get("event_id")].add(chapter.key)
    assert all(len(found) == 1 for found in owners.values())
    for chapter in company:
        for document in chapter.events:
            key, source = document.get("record_key"), document["source"]
            named = [i for i in document.get("identifiers", ()) if i["type"] != "visit"]
            if key and key != NOBODY:
                assert owners[source, key, None] == {chapter.key}
            elif named or key == NOBODY:
                assert owners[source, None, document["id"]] == {chapter.key}


def test_the_lines_of_a_sale_add_up_to_its_money(company: list[Chapter]) -> None:
    for sale in events(company, "sale"):
        data = sale["data"]
        lines = data["lines"]
        assert all(Decimal(data[name]) >= 0 for name in MONEY)
        assert all(data[name][-3] == "." for name in MONEY)
        assert sum(Decimal(line["net"]) for line in lines) == Decimal(data["net"]) > 0
        assert sum(Decimal(line["cost"]) for line in lines) == Decimal(data["cost"])
        assert len({line["sku"] for line in lines}) == len(lines)


@pytest.mark.parametrize("kind", ["refund", "cancellation", "payment"])
def test_what_refers_to_a_sale_comes_after_it_and_takes_no_more(
    company: list[Chapter], kind: str
) -> None:
    sales = {(sale["source"], sale["id"]): sale for sale in events(company, "sale")}
    found = events(company, kind)
    assert found
    for document in found:
        sale = sales[document["data"]["refers_to"]["source"], document["data"]["refers_to"]["id"]]
        assert datetime.fromisoformat(document["time"]) > datetime.fromisoformat(sale["time"])
        assert (sale["data"]["status"] == "pending") is (kind == "payment")
        if kind != "payment":
            assert 0 < Decimal(document["data"]["net"]) <= Decimal(sale["data"]["net"])


def test_a_closed_complaint_was_opened_before(company: list[Chapter]) -> None:
    cases: dict[str, list[str]] = defaultdict(list)
    for complaint in events(company, "complaint"):
        cases[complaint["data"]["case_id"]].append(complaint["data"]["status"])
    assert {tuple(statuses) for statuses in cases.values()} == {("opened",), ("opened", "closed")}


def recount(documents: Iterable[dict[str, Any]], *, named: bool) -> tuple[Decimal, int]:
    """Count money and orders from the events alone, another way than the company's books do."""
    orders: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
    for document in documents:
        data, kind = document["data"], document["type"]
        if kind in ("sale", "refund", "cancellation", "payment"):
            sale = data.get("refers_to", document)
            order = orders[document["source"], sale["id"]]
            amount = Decimal(data.get("net", 0)) * Decimal(data.get("rate", 1))
            order[f"{kind}.{data.get('status', '')}"] += round(amount, 2) or Decimal(1)
            order["of nobody"] += document.get("record_key") == NOBODY
    net, count = Decimal(0), 0
    for order in orders.values():
        counts = "payment.paid" in order or "sale.paid" in order
        if counts and "cancellation." not in order and bool(order["of nobody"]) is not named:
            net += order["sale.paid"] + order["sale.pending"] - order["refund."]
            count += 1
    return net, count


def test_the_books_hold_what_the_events_tell(company: list[Chapter]) -> None:
    for chapter in company:
        truth = chapter.truth[-1]
        net, count = recount(chapter.events, named=True)
        assert (net, count) == (Decimal(truth["net"]), truth["purchases"]), chapter.key
        assert recount(chapter.events, named=False)[0] == Decimal(truth["unnamed_net"])
    assert sum(Decimal(one["net"]) for one in people(company)) > 100_000


def test_the_company_is_believable(company: list[Chapter]) -> None:
    kinds = Counter(document["type"] for document in events(company))
    assert 10 <= sum(kinds.values()) / PEOPLE <= 25
    assert {
        *("sale", "refund", "cancellation", "payment", "profile", "navigation", "login"),
        *("interaction", "complaint", "feedback", "consent", "preference", "lead"),
    } <= kinds.keys()
    days = [one["purchase_days"] for one in people(company) if one["purchase_days"]]
    assert 0.15 < sum(count == 1 for count in days) / len(days) < 0.5
    consents = Counter(consent["data"]["status"] for consent in events(company, "consent"))
    assert consents["granted"] > consents["denied"] > 50
    alive = Counter(one["alive"] for one in people(company))
    assert 0.3 < alive[True] / PEOPLE < 0.8
    months = Counter(sale["time"][5:7] for sale in events(company, "sale"))
    assert months["12"] > months["02"]
    statuses = Counter(payment["data"]["status"] for payment in events(company, "payment"))
    assert statuses["paid"] > statuses["overdue"] > 0


def test_people_look_before_they_call(company: list[Chapter]) -> None:
    looked = 0
    for chapter in company:
        times = [(datetime.fromisoformat(d["time"]), d["type"]) for d in chapter.events]
        calls = [at for at, kind in times if kind == "interaction"]
        seen = [at for at, kind in times if kind == "navigation"]
        hour = timedelta(hours=1)
        looked += sum(any(timedelta(0) <= call - at < hour for at in seen) for call in calls)
    assert looked > 10


def test_people_live_where_they_were_asked_to() -> None:
    countries = Counter(Mix({"ES": 1, "PE": 3}).country_of(nth).code for nth in range(40))
    assert countries == {"ES": 10, "PE": 30}
    lived = {one["country"] for one in people(told(60, 2, shares={"ES": 1})[len(PROTAGONISTS) :])}
    assert lived == {"ES"}


@pytest.mark.parametrize("text", ["XX", "BR=0", "BR=x", "BR=1,", "=3"])
def test_shares_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"the countries are|a share is"):
        read_mix(text)
    assert read_mix("BR=7, ES=2,MX") == {"BR": 7, "ES": 2, "MX": 1}


def test_a_history_may_be_short() -> None:
    company = told(100, 3, days=90)[len(PROTAGONISTS) :]
    assert min(document["time"] for document in events(company)) >= "2026-09-01"
    with pytest.raises(ValueError, match="90 days or more"):
        told(100, 3, days=30)


def test_every_action_has_a_known_propensity_of_ones_own(company: list[Chapter]) -> None:
    told = [one["propensities"] for one in people(company)]
    assert all(0 < likely < 1 for one in told for likely in one.values())
    assert {len(one) for one in told} == {16}
    assert len({one["crosssell.replenish"] for one in told}) > PEOPLE // 2


def sale_days_ago(company: list[Chapter], person: str) -> list[int]:
    return [
        (TODAY - date.fromisoformat(document["time"][:10])).days
        for chapter in company
        if chapter.key == person
        for document in chapter.events
        if document["type"] == "sale"
    ]


def test_the_protagonists_come_first_and_are_the_same_under_every_seed() -> None:
    keys = [told.person.key for told in PROTAGONISTS.values()]
    first, other = told(50, 1)[: len(keys)], told(50, 99, rates=TIDY)[: len(keys)]
    assert [chapter.key for chapter in first] == keys
    assert [chapter.events for chapter in first] == [chapter.events for chapter in other]


def test_the_protagonists_have_their_stories(company: list[Chapter]) -> None:
    people = {name: told.person for name, told in PROTAGONISTS.items()}
    ana = people["champion"]
    assert (str(ana.name), ana.mobile.written(1), ana.tax_id) == (
        "Ana Maria de Souza",
        "11987654321",
        "529.982.247-25",
    )
    assert min(sale_days_ago(company, ana.key)) <= 7
    assert len(sale_days_ago(company, ana.key)) > 50
    assert min(sale_days_ago(company, people["slipping"].key)) > 270
    assert sale_days_ago(company, people["newcomer"].key) == [12]
    assert sale_days_ago(company, people["prospect"].key) == []
    assert people["first_on_the_line"].mobile == people["second_on_the_line"].mobile
    by_key = {chapter.key: chapter.events for chapter in company}
    cases = [d for d in by_key[people["complaining"].key] if d["type"] == "complaint"]
    assert [case["data"]["status"] for case in cases] == ["opened"]
    assert by_key[people["waiting"].key][-1]["data"]["status"] == "pending"


def test_the_demonstrations_company_is_at_home_and_tidy() -> None:
    company = told(200, 1, shares={HOME: 1}, rates=TIDY)
    causes = {cause for one in company for line in one.truth[:-1] for cause in line["causes"]}
    assert causes <= {"household_line", "accents_lost", "nickname", "default_client"} | {
        "other_contact"
    }
    assert {one["country"] for one in people(company)} == {HOME}
