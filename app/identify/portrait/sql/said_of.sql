-- Purpose: everything sources said of a customer as a person, with where it came from.
-- Parameters: customer_id uuid.
-- Result: attribute, value (personal), assurance 0–3, source, occurred_at, event_key.
-- Index: ix_membership_customer_id, pk_profile_fact, pk_record.
SELECT p.attribute, p.value, p.assurance, r.source, p.occurred_at, p.event_key
FROM membership AS m
JOIN profile_fact AS p ON p.record_id = m.record_id
JOIN record AS r ON r.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
