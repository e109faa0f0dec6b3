-- Purpose: the surviving value of every attribute of a customer: assurance first, then recency.
-- Parameters: customer_id uuid.
-- Result: attribute, value.
-- Index: ix_membership_customer_id, pk_profile_fact.
SELECT DISTINCT ON (p.attribute) p.attribute, p.value
FROM membership AS m
JOIN profile_fact AS p ON p.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY p.attribute, p.assurance DESC, p.occurred_at DESC, p.event_key DESC
