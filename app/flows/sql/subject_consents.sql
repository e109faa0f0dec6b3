-- Purpose: every word of a customer on consent.
-- Parameters: customer_id uuid.
-- Result: purpose, channel (null: every one), status, occurred_at, expires_at, legal_basis,
--         text_version; oldest first.
-- Index: ix_membership_customer_id, ix_consent_fact_record_id.
SELECT f.purpose, f.channel, f.status, f.occurred_at, f.expires_at, f.legal_basis, f.text_version
FROM membership AS m
JOIN consent_fact AS f ON f.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY f.occurred_at, f.event_key
