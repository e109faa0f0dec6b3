-- Purpose: by what the candidates of one answer could be told apart: names, birth dates, postal
--          codes and tax ids of their records.
-- Parameters: customer_ids uuid[].
-- Result: customer_id, trait (name, birth_date, postal_code, tax_id), value (personal).
-- Index: ix_membership_customer_id, pk_profile_fact, ix_record_identifier_record_id, pk_identifier.
SELECT DISTINCT m.customer_id, p.attribute AS trait, p.value
FROM membership AS m
JOIN profile_fact AS p ON p.record_id = m.record_id
WHERE m.customer_id = ANY(CAST(:customer_ids AS uuid[]))
    AND p.attribute IN ('name', 'birth_date', 'postal_code')
UNION
SELECT m.customer_id, 'tax_id', i.value
FROM membership AS m
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.type = 'tax_id'
WHERE m.customer_id = ANY(CAST(:customer_ids AS uuid[]))
