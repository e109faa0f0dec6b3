-- Purpose: the first act beside the chain that pretends to be older than the chain is long: every
--          act of such a transaction was chained before, so that this one was slipped in.
-- Parameters: horizon bigint.
-- Result: act_id, one row or none.
-- Index: ix_audit_act_transaction, uq_audit_link_act_id.
SELECT a.act_id
FROM audit_act AS a
WHERE a.transaction < CAST(:horizon AS bigint)
    AND NOT EXISTS (SELECT FROM audit_link AS l WHERE l.act_id = a.act_id)
ORDER BY a.transaction, a.act_id
LIMIT 1
