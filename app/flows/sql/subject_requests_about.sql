-- Purpose: the requests about one customer, under any of its ids.
-- Parameters: customer_ids uuid[].
-- Result: every column of subject_request but subject_key, oldest first.
-- Index: ix_subject_request_customer_id.
SELECT
    q.request_id, q.kind, q.customer_id, q.received_at, q.due_on, q.state, q.reason, q.waits_until,
    q.received_by, q.closed_at, q.closed_by
FROM subject_request AS q
WHERE q.customer_id = ANY(CAST(:customer_ids AS uuid[]))
ORDER BY q.received_at, q.request_id
