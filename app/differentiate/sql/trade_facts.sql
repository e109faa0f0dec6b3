-- Purpose: every fact of the orders touched: those of the groups, the sales told or referred to with
--          the rest of their orders, and what waits for a sale that has just come.
-- Parameters: group_keys, sale_keys text (of bytea[]; the latter event keys of sales referred to,
--             now or before they came).
-- Result: the columns of trade_fact that settling reads.
-- Index: ix_trade_fact_group_key, ix_trade_fact_refers_key, pk_trade_fact.
WITH touched AS (
    SELECT f.event_key
    FROM trade_fact AS f
    WHERE f.group_key = ANY(CAST(CAST(:group_keys AS text) AS bytea[]))
    UNION
    SELECT f.event_key
    FROM trade_fact AS f
    WHERE f.refers_key = ANY(CAST(CAST(:sale_keys AS text) AS bytea[]))
    UNION
    SELECT o.event_key
    FROM trade_fact AS s
    JOIN trade_fact AS o ON o.group_key = s.group_key
    WHERE s.event_key = ANY(CAST(CAST(:sale_keys AS text) AS bytea[]))
)
SELECT
    f.event_key, f.group_key, f.order_key, f.refers_key, f.kind, f.status, f.occurred_at,
    f.business_on, f.record_id, f.net, f.cost, f.discount
FROM touched AS t
JOIN trade_fact AS f ON f.event_key = t.event_key
