-- Purpose: what was done, newest first: to some customers, or at all.
-- Parameters: customers uuid[] or null (everybody and everything); most int.
-- Result: every column of audit_act, then position and chained_at (null: not in the chain yet).
-- Index: ix_audit_act_customer_id, or pk_audit_act backwards; uq_audit_link_act_id.
SELECT
    a.act_id, a.transaction, a.at, a.actor, a.key_id, a.kind, a.customer_id, a.subject, a.fields,
    a.request_id, a.reason, l.position, l.chained_at
FROM audit_act AS a
LEFT JOIN audit_link AS l ON l.act_id = a.act_id
WHERE CAST(:customers AS uuid[]) IS NULL OR a.customer_id = ANY(CAST(:customers AS uuid[]))
ORDER BY a.act_id DESC
LIMIT CAST(:most AS int)
