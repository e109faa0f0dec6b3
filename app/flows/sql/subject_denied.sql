-- Purpose: which identifiers a customer's records once named and are said not to be theirs: by an
--          agent until they are told again later, or by the person for good.
-- Parameters: customer_id uuid; for_good timestamptz (when a link was denied that the person denied).
-- Result: type, scope, value (personal), denied_at (null: only by the person), for_good,
--         sources text[] (who had named it); in the order of type and value.
-- Index: ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier, pk_record.
SELECT
    i.type,
    i.scope,
    i.value,
    max(l.denied_at) FILTER (WHERE l.denied_at < CAST(:for_good AS timestamptz)) AS denied_at,
    bool_or(l.denied_at = CAST(:for_good AS timestamptz)) AS for_good,
    array_agg(DISTINCT r.source ORDER BY r.source) AS sources
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id
JOIN record_identifier AS l ON l.record_id = m.record_id AND l.denied_at >= l.last_seen_at
JOIN identifier AS i ON i.identifier_key = l.identifier_key
WHERE m.customer_id = CAST(:customer_id AS uuid)
GROUP BY i.type, i.scope, i.value
ORDER BY i.type, i.value
