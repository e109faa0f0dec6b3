-- Purpose: enter a request in the register.
-- Parameters: request_id uuid; kind text; subject_key bytea and customer_id uuid (both null: nobody
--             we know); received_at timestamptz; due_on date; state text; reason text or null;
--             waits_until date or null; received_by text; closed_at timestamptz, closed_by text or null.
-- Result: none.
INSERT INTO subject_request (
    request_id, kind, subject_key, customer_id, received_at, due_on, state, reason, waits_until,
    received_by, closed_at, closed_by
)
VALUES (
    CAST(:request_id AS uuid),
    CAST(:kind AS text),
    CAST(:subject_key AS bytea),
    CAST(:customer_id AS uuid),
    CAST(:received_at AS timestamptz),
    CAST(:due_on AS date),
    CAST(:state AS text),
    CAST(:reason AS text),
    CAST(:waits_until AS date),
    CAST(:received_by AS text),
    CAST(:closed_at AS timestamptz),
    CAST(:closed_by AS text)
)
