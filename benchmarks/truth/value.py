"""Is each person worth what they brought?  The customer that is theirs, against the books."""

from __future__ import annotations

from typing import Any

from benchmarks.truth.store import Store

COMPARED = """
CREATE TABLE compared AS
SELECT
    p.person, p.net, p.cost, p.purchases, p.days, p.last_on,
    coalesce(c.net, 0) AS told_net, coalesce(c.cost, 0) AS told_cost,
    coalesce(c.purchases, 0) AS told_purchases, coalesce(c.days, 0) AS told_days,
    c.last_on AS told_last_on,
    (SELECT count(*) FROM holding AS h WHERE h.person = p.person) = 1
        AND (SELECT count(*) FROM holding AS h WHERE h.customer = o.customer) = 1
        AND NOT EXISTS (
            SELECT 1 FROM mention AS m
            WHERE m.person = p.person AND m.named AND m.customer IS NULL
        ) AS is_whole
FROM person AS p
LEFT JOIN owner AS o ON o.person = p.person
LEFT JOIN customer AS c ON c.customer = o.customer
"""
SUMMARY = """
SELECT
    count(*),
    sum(net = told_net AND cost = told_cost),
    sum(abs(told_net - net)), sum(net), sum(told_net > net), sum(told_net < net),
    sum(days = told_days), sum(abs(told_days - days)), sum(days),
    sum(purchases = told_purchases),
    sum(last_on IS told_last_on),
    avg(abs(julianday(told_last_on) - julianday(last_on)))
FROM compared WHERE is_whole >= ?
"""
TOTALS = "SELECT coalesce(sum(net), 0), coalesce(sum(cost), 0) FROM "


def value(store: Store) -> dict[str, Any]:
    with store.db:
        store.db.execute("CREATE INDEX mention_person ON mention (person)")
        store.db.execute("CREATE INDEX holding_person ON holding (person)")
        store.db.execute(COMPARED)
    true, told = store.one(TOTALS + "person"), store.one(TOTALS + "customer")
    (unnamed,) = store.one("SELECT coalesce(sum(unnamed), 0) FROM person")
    return {
        "everybody": _summary(store, 0),
        "rightly_identified": _summary(store, 1),
        "company": {
            "net_true": true[0] / 100,
            "net_told": told[0] / 100,
            "net_is_exact": true[0] == told[0],
            "cost_is_exact": true[1] == told[1],
            "net_of_nobody": unnamed / 100,
        },
    }


def _summary(store: Store, whole: int) -> dict[str, Any]:
    (
        people,
        money_exact,
        money_off,
        money,
        above,
        below,
        days_exact,
        days_off,
        days,
        purchases_exact,
        last_exact,
        last_off,
    ) = store.one(SUMMARY, whole)
    if not people:
        return {"people": 0}
    return {
        "people": people,
        "money_exact_ratio": money_exact / people,
        "money_error_ratio": money_off / money if money else None,
        "too_much_ratio": above / people,
        "too_little_ratio": below / people,
        "days_exact_ratio": days_exact / people,
        "days_error_ratio": days_off / days if days else None,
        "purchases_exact_ratio": purchases_exact / people,
        "last_day_exact_ratio": last_exact / people,
        "last_day_error_days": last_off,
    }
