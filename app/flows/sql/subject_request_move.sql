-- Purpose: say where a request stands now.
-- Parameters: request_id uuid; state text; reason text, waits_until date, closed_at timestamptz,
--             closed_by text, each or null.
-- Result: none.
-- Index: pk_subject_request.
UPDATE subject_request AS q
SET state = CAST(:state AS text),
    reason = CAST(:reason AS text),
    waits_until = CAST(:waits_until AS date),
    closed_at = CAST(:closed_at AS timestamptz),
    closed_by = CAST(:closed_by AS text)
WHERE q.request_id = CAST(:request_id AS uuid)
