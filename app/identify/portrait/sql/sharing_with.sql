-- Purpose: who else has a contact point of this customer's, and was kept apart all the same.
-- Parameters: customer_id uuid; most int.
-- Result: customer_id (of the other), types text[] (what they share), last_seen_at; newest first.
-- Index: ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier,
--        pk_record_identifier, pk_membership, pk_customer.
SELECT
    other.customer_id,
    array_agg(DISTINCT i.type ORDER BY i.type) AS types,
    max(theirs.last_seen_at) AS last_seen_at
FROM membership AS m
JOIN record_identifier AS mine
    ON mine.record_id = m.record_id
    AND mine.assurance <> 1
    AND (mine.denied_at IS NULL OR mine.denied_at < mine.last_seen_at)
JOIN identifier AS i ON i.identifier_key = mine.identifier_key AND i.state = 'active'
JOIN record_identifier AS theirs
    ON theirs.identifier_key = mine.identifier_key
    AND theirs.assurance <> 1
    AND (theirs.denied_at IS NULL OR theirs.denied_at < theirs.last_seen_at)
JOIN membership AS other ON other.record_id = theirs.record_id
JOIN customer AS c ON c.customer_id = other.customer_id AND NOT c.anonymous
WHERE m.customer_id = CAST(:customer_id AS uuid)
    AND other.customer_id <> CAST(:customer_id AS uuid)
GROUP BY other.customer_id
ORDER BY max(theirs.last_seen_at) DESC, other.customer_id
LIMIT CAST(:most AS int)
