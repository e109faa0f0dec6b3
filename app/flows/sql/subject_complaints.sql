-- Purpose: every step of a customer's complaints.
-- Parameters: customer_id uuid.
-- Result: case_key bytea (tells one case from another), status, topic, body, satisfaction,
--         occurred_at; case by case, oldest first.
-- Index: ix_membership_customer_id, ix_complaint_fact_record_id.
SELECT f.case_key, f.status, f.topic, f.body, f.satisfaction, f.occurred_at
FROM membership AS m
JOIN complaint_fact AS f ON f.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY f.case_key, f.occurred_at, f.event_key
