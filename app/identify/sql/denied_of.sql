-- Purpose: the links that denials of one identifier closed among a customer's records, and the last
--          moment of contact at which that was said.
-- Parameters: record_id uuid (any of the customer's); identifier_key bytea.
-- Result: identifier_key, record_id, touchpoint_id; the last said first.
-- Index: pk_membership, ix_membership_customer_id, ix_identity_word_link_record_id, pk_identity_word.
SELECT DISTINCT ON (l.record_id) l.identifier_key, l.record_id, w.touchpoint_id
FROM membership AS asked
JOIN membership AS m ON m.customer_id = asked.customer_id
JOIN identity_word_link AS l
    ON l.record_id = m.record_id
    AND l.identifier_key = CAST(:identifier_key AS bytea)
JOIN identity_word AS w ON w.word_id = l.word_id AND w.word = 'denied'
WHERE asked.record_id = CAST(:record_id AS uuid)
ORDER BY l.record_id, w.said_at DESC
