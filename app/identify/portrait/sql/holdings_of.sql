-- Purpose: what a customer is known by: each identifier of its records, once.  What was said not to
--          be theirs is left out until it is told again.
-- Parameters: customer_id uuid.
-- Result: type, scope, value (personal), state (unidentifying where only third parties say so),
--         records (how many name it), assurance 0–3, first_seen_at, last_seen_at; strongest and
--         newest first.
-- Index: ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier.
SELECT
    i.type,
    i.scope,
    i.value,
    CASE
        WHEN i.state = 'active' AND bool_and(l.assurance = 1) THEN 'unidentifying'
        ELSE i.state
    END AS state,
    count(*) AS records,
    max(l.assurance) AS assurance,
    min(l.first_seen_at) AS first_seen_at,
    max(l.last_seen_at) AS last_seen_at
FROM membership AS m
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
JOIN identifier AS i ON i.identifier_key = l.identifier_key
WHERE m.customer_id = CAST(:customer_id AS uuid)
GROUP BY i.type, i.scope, i.value, i.state
ORDER BY i.type, max(l.last_seen_at) DESC, i.value
