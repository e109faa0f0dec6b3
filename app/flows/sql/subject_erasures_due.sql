-- Purpose: an erasure that waited for a hold whose last day has passed; one at a time, passing over
--          those another worker is at.
-- Parameters: today date.
-- Result: every column of subject_request but subject_key; no row: none is due.
-- Index: ix_subject_request_open_due_on.
SELECT
    q.request_id, q.kind, q.customer_id, q.received_at, q.due_on, q.state, q.reason, q.waits_until,
    q.received_by, q.closed_at, q.closed_by
FROM subject_request AS q
WHERE q.closed_at IS NULL
    AND q.kind = 'erasure'
    AND q.customer_id IS NOT NULL
    AND q.waits_until < CAST(:today AS date)
ORDER BY q.waits_until, q.request_id
LIMIT 1
FOR UPDATE SKIP LOCKED
