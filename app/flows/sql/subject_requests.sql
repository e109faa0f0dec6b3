-- Purpose: a page of the register, the request entered last first.
-- Parameters: state text or null; overdue_on date or null (open, due before that day, and
--             not waiting for a hold);
--             before uuid or null (where the last page ended); most int.
-- Result: every column of subject_request but subject_key.
-- Index: pk_subject_request, ix_subject_request_open_due_on.
SELECT
    q.request_id, q.kind, q.customer_id, q.received_at, q.due_on, q.state, q.reason, q.waits_until,
    q.received_by, q.closed_at, q.closed_by
FROM subject_request AS q
WHERE (CAST(:state AS text) IS NULL OR q.state = CAST(:state AS text))
    AND (
        CAST(:overdue_on AS date) IS NULL
        OR (
            q.closed_at IS NULL
            AND q.due_on < CAST(:overdue_on AS date)
            AND (q.waits_until IS NULL OR q.waits_until < CAST(:overdue_on AS date))
        )
    )
    AND (CAST(:before AS uuid) IS NULL OR q.request_id < CAST(:before AS uuid))
ORDER BY q.request_id DESC
LIMIT CAST(:most AS int)
