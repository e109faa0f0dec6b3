-- Purpose: every contact with a customer, whoever started it.
-- Parameters: customer_id uuid.
-- Result: occurred_at, channel, direction, topic; oldest first.
-- Index: ix_membership_customer_id, ix_contact_record_id_occurred_at.
SELECT c.occurred_at, c.channel, c.direction, c.topic
FROM membership AS m
JOIN contact AS c ON c.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY c.occurred_at, c.contact_key
