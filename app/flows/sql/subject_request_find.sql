-- Purpose: one request, locked, so that it is closed once.
-- Parameters: request_id uuid.
-- Result: every column of subject_request but subject_key; no row: there is no such request.
-- Index: pk_subject_request.
SELECT
    q.request_id, q.kind, q.customer_id, q.received_at, q.due_on, q.state, q.reason, q.waits_until,
    q.received_by, q.closed_at, q.closed_by
FROM subject_request AS q
WHERE q.request_id = CAST(:request_id AS uuid)
FOR UPDATE
