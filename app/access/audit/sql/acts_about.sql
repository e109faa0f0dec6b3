-- Purpose: what was done, newest first: to some customers, or at all.
-- Parameters: customers uuid[] or null (everybody and everything); most int.
-- Result: every column of audit_act, then position and chained_at (null: not in the chain yet).
-- Index: ix_audit_act_customer_id, or pk_audit_act backwards; uq_audit_link_act_id.
WITH wanted AS (
    -- One of the two is not so much as begun.  As one condition they would have one plan, which
    -- would have to read everything, for some customers too.
    (
        SELECT of_some.act_id
        FROM audit_act AS of_some
        WHERE of_some.customer_id = ANY(CAST(:customers AS uuid[]))
        ORDER BY of_some.act_id DESC
        LIMIT CAST(:most AS int)
    )
    UNION ALL
    (
        SELECT of_all.act_id
        FROM audit_act AS of_all
        WHERE CAST(:customers AS uuid[]) IS NULL
        ORDER BY of_all.act_id DESC
        LIMIT CAST(:most AS int)
    )
)
SELECT
    a.act_id, a.transaction, a.at, a.actor, a.key_id, a.kind, a.customer_id, a.subject, a.fields,
    a.request_id, a.reason, l.position, l.chained_at
FROM wanted AS w
JOIN audit_act AS a ON a.act_id = w.act_id
LEFT JOIN audit_link AS l ON l.act_id = a.act_id
ORDER BY a.act_id DESC
