-- Purpose: what a customer is known by, each identifier once, with who said so.  Who else holds one
--          is not told; what is said not to be theirs tells subject_denied.sql.
-- Parameters: customer_id uuid.
-- Result: type, scope, value (personal), state, assurance 0–3, first_seen_at, last_seen_at,
--         sources text[]; in the order of type, newest first.
-- Index: ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier, pk_record.
SELECT
    i.type,
    i.scope,
    i.value,
    i.state,
    max(l.assurance) AS assurance,
    min(l.first_seen_at) AS first_seen_at,
    max(l.last_seen_at) AS last_seen_at,
    array_agg(DISTINCT r.source ORDER BY r.source) AS sources
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
JOIN identifier AS i ON i.identifier_key = l.identifier_key
WHERE m.customer_id = CAST(:customer_id AS uuid)
GROUP BY i.type, i.scope, i.value, i.state
ORDER BY i.type, max(l.last_seen_at) DESC, i.value
