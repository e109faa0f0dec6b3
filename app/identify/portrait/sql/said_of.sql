-- Purpose: everything sources said of a customer as a person, with where it came from.  What the
--          person corrected (assurance 4) was told to us, whatever source its record is of.
-- Parameters: customer_id uuid; own_source text.
-- Result: attribute, value (personal), assurance 0–4, source, occurred_at, event_key, provider (or null).
-- Index: ix_membership_customer_id, pk_profile_fact, pk_record.
SELECT
    p.attribute,
    p.value,
    p.assurance,
    CASE WHEN p.assurance < 4 THEN r.source ELSE CAST(:own_source AS text) END AS source,
    p.occurred_at,
    p.event_key,
    p.provider
FROM membership AS m
JOIN profile_fact AS p ON p.record_id = m.record_id
JOIN record AS r ON r.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
