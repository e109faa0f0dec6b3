-- Purpose: what tells how customers stand to each other: names, postal codes, tax ids with their
--          party, and of whom their records speak.
-- Parameters: customer_ids uuid[].
-- Result: customer_id, trait (name, postal_code, tax_id, record), value (personal; null of a
--         record), party (of a tax id or record).
-- Index: ix_membership_customer_id, pk_record, pk_profile_fact, ix_record_identifier_record_id, pk_identifier.
SELECT DISTINCT m.customer_id, p.attribute AS trait, p.value, NULL AS party
FROM membership AS m
JOIN profile_fact AS p ON p.record_id = m.record_id
WHERE m.customer_id = ANY(CAST(:customer_ids AS uuid[]))
    AND p.attribute IN ('name', 'postal_code')
UNION
SELECT m.customer_id, 'tax_id', i.value, i.party
FROM membership AS m
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.type = 'tax_id'
WHERE m.customer_id = ANY(CAST(:customer_ids AS uuid[]))
UNION
SELECT m.customer_id, 'record', NULL, r.party
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id AND r.party <> 'unknown'
WHERE m.customer_id = ANY(CAST(:customer_ids AS uuid[]))
