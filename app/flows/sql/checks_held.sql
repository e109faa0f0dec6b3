-- Purpose: what we know of a customer that an answer over the telephone could be compared with.
--          What a third party told or we inferred counts for nothing, nor what was said not to be
--          theirs, nor a contact point that only an agent's word made theirs.
-- Parameters: customer_id uuid.
-- Result: fact (name, social_name, birth_date, postal_code, last_purchase, or a type of
--         identifier), value (personal; null where any will do).
-- Index: ix_membership_customer_id, pk_profile_fact, ix_record_identifier_record_id, pk_identifier,
--        ix_identity_word_link_record_id, pk_identity_word, pk_customer_stat.
SELECT p.attribute AS fact, p.value
FROM membership AS m
JOIN profile_fact AS p
    ON p.record_id = m.record_id
    AND p.attribute IN ('name', 'social_name', 'birth_date', 'postal_code')
    AND p.assurance > 1
WHERE m.customer_id = CAST(:customer_id AS uuid)
UNION
SELECT i.type, NULL
FROM membership AS m
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND l.assurance > 1
    AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
JOIN identifier AS i ON i.identifier_key = l.identifier_key
WHERE m.customer_id = CAST(:customer_id AS uuid)
    AND NOT EXISTS (
        SELECT 1
        FROM identity_word_link AS n
        JOIN identity_word AS w ON w.word_id = n.word_id AND w.word = 'confirmed'
        WHERE n.record_id = l.record_id
            AND n.identifier_key = l.identifier_key
            AND w.said_at = l.first_seen_at
    )
UNION
SELECT 'last_purchase', NULL
FROM customer_stat AS s
WHERE s.customer_id = CAST(:customer_id AS uuid) AND s.last_on IS NOT NULL
