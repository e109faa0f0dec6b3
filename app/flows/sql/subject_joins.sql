-- Purpose: when and why records came to a customer, or went.  Ids of other customers are not told.
-- Parameters: customer_id uuid.
-- Result: record_id, source, cause, logged_at; oldest first.
-- Index: ix_membership_customer_id, pk_record, ix_identity_log_record_id.
SELECT l.record_id, r.source, l.cause, l.logged_at
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id
JOIN identity_log AS l ON l.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY l.logged_at, l.log_id
