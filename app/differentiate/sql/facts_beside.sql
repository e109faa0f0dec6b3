-- Purpose: every fact of the orders that these records told of, whoever told it.
-- Parameters: record_ids uuid[].
-- Result: the columns of trade_fact that settling reads.
-- Index: ix_trade_fact_record_id, ix_trade_fact_group_key.
SELECT
    f.event_key, f.group_key, f.order_key, f.refers_key, f.kind, f.status, f.occurred_at,
    f.business_on, f.record_id, f.net, f.cost, f.discount
FROM trade_fact AS f
WHERE f.group_key IN (
    SELECT told.group_key FROM trade_fact AS told
    WHERE told.record_id = ANY(CAST(:record_ids AS uuid[]))
)
