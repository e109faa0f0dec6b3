-- Purpose: places of the chain with the act that stands in each, as both are stored now.
-- Parameters: after bigint, until bigint (positions, the first left out); most int.
-- Result: position, linked_act, chained_at, hash, then every column of audit_act (all null where
--         the act is gone), by position.
-- Index: pk_audit_link, pk_audit_act.
SELECT
    l.position, l.act_id AS linked_act, l.chained_at, l.hash,
    a.act_id, a.transaction, a.at, a.actor, a.key_id, a.kind, a.customer_id, a.subject, a.fields,
    a.request_id, a.reason
FROM audit_link AS l
LEFT JOIN audit_act AS a ON a.act_id = l.act_id
WHERE l.position > CAST(:after AS bigint) AND l.position <= CAST(:until AS bigint)
ORDER BY l.position
LIMIT CAST(:most AS int)
