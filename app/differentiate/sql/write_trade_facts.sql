-- Purpose: store facts about orders, and move those already stored whose order is known only now.
-- Parameters: event_keys, group_keys, order_keys, refers_keys bytea[] (the last two nullable);
--             kinds, statuses text[]; occurred timestamptz[]; business date[]; records uuid[];
--             nets, costs, discounts, rates, nets_sent text (of numeric[]); currencies text[].
-- Result: none.
-- Index: pk_trade_fact.
INSERT INTO trade_fact AS f (
    event_key, group_key, order_key, refers_key, kind, status, occurred_at, business_on, record_id,
    net, cost, discount, currency, rate, net_sent
)
SELECT *
FROM unnest(
    CAST(:event_keys AS bytea[]),
    CAST(:group_keys AS bytea[]),
    CAST(:order_keys AS bytea[]),
    CAST(:refers_keys AS bytea[]),
    CAST(:kinds AS text[]),
    CAST(:statuses AS text[]),
    CAST(:occurred AS timestamptz[]),
    CAST(:business AS date[]),
    CAST(:records AS uuid[]),
    CAST(CAST(:nets AS text) AS numeric[]),
    CAST(CAST(:costs AS text) AS numeric[]),
    CAST(CAST(:discounts AS text) AS numeric[]),
    CAST(:currencies AS text[]),
    CAST(CAST(:rates AS text) AS numeric[]),
    CAST(CAST(:nets_sent AS text) AS numeric[])
)
ON CONFLICT (event_key) DO UPDATE SET group_key = excluded.group_key
WHERE f.group_key <> excluded.group_key
