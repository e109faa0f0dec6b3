-- Purpose: store facts about orders, and move those already stored whose order is known only now.
-- Parameters: event_keys, group_keys, order_keys, refers_keys text (of bytea[]; the last two
--             nullable); records uuid[]; kinds, statuses, currencies text (of text[]); occurred text
--             (of timestamptz[]); business text (of date[]); nets, costs, discounts, rates,
--             nets_sent text (of numeric[]).
-- Result: none.
-- Index: pk_trade_fact.
INSERT INTO trade_fact AS f (
    event_key, group_key, order_key, refers_key, kind, status, occurred_at, business_on, record_id,
    net, cost, discount, currency, rate, net_sent
)
SELECT *
FROM unnest(
    CAST(CAST(:event_keys AS text) AS bytea[]),
    CAST(CAST(:group_keys AS text) AS bytea[]),
    CAST(CAST(:order_keys AS text) AS bytea[]),
    CAST(CAST(:refers_keys AS text) AS bytea[]),
    CAST(CAST(:kinds AS text) AS text[]),
    CAST(CAST(:statuses AS text) AS text[]),
    CAST(CAST(:occurred AS text) AS timestamptz[]),
    CAST(CAST(:business AS text) AS date[]),
    CAST(:records AS uuid[]),
    CAST(CAST(:nets AS text) AS numeric[]),
    CAST(CAST(:costs AS text) AS numeric[]),
    CAST(CAST(:discounts AS text) AS numeric[]),
    CAST(CAST(:currencies AS text) AS text[]),
    CAST(CAST(:rates AS text) AS numeric[]),
    CAST(CAST(:nets_sent AS text) AS numeric[])
)
ON CONFLICT (event_key) DO UPDATE SET group_key = excluded.group_key
WHERE f.group_key <> excluded.group_key
