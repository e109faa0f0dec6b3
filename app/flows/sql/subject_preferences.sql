-- Purpose: every preference a customer has told.
-- Parameters: customer_id uuid.
-- Result: occurred_at, data text (JSON); oldest first.
-- Index: ix_membership_customer_id, ix_preference_fact_record_id.
SELECT f.occurred_at, CAST(f.data AS text) AS data
FROM membership AS m
JOIN preference_fact AS f ON f.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY f.occurred_at, f.event_key
