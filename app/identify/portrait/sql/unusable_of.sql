-- Purpose: what sources said a customer is known by that is no evidence, each value once a source.
-- Parameters: customer_id uuid.
-- Result: type, value (personal), fault, source, first_seen_at, last_seen_at; newest first.
-- Index: ix_membership_customer_id, pk_unusable_identifier, pk_record.
SELECT
    u.type,
    u.value,
    u.fault,
    r.source,
    min(u.first_seen_at) AS first_seen_at,
    max(u.last_seen_at) AS last_seen_at
FROM membership AS m
JOIN unusable_identifier AS u ON u.record_id = m.record_id
JOIN record AS r ON r.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
GROUP BY u.type, u.value, u.fault, r.source
ORDER BY max(u.last_seen_at) DESC, u.type, u.value, u.fault, r.source
