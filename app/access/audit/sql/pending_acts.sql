-- Purpose: acts that are committed and not in the chain yet, oldest transaction first.
-- Parameters: horizon bigint (acts of transactions before it are left alone); most int.
-- Result: every column of audit_act, at most ``most`` rows.
-- Index: ix_audit_act_transaction, uq_audit_link_act_id.
SELECT
    a.act_id, a.transaction, a.at, a.actor, a.key_id, a.kind, a.customer_id, a.subject, a.fields,
    a.request_id, a.reason
FROM audit_act AS a
WHERE a.transaction >= CAST(:horizon AS bigint)
    AND NOT EXISTS (SELECT FROM audit_link AS l WHERE l.act_id = a.act_id)
ORDER BY a.transaction, a.act_id
LIMIT CAST(:most AS int)
