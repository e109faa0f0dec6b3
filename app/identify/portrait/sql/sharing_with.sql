-- Purpose: who else has a contact point of this customer's, and was kept apart all the same; for a
--          company also its branches, whose CNPJ has the same first eight characters.
-- Parameters: customer_id uuid; most int.
-- Result: customer_id (of the other), types text[] (what they share), last_seen_at; newest first.
-- Index: ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier, pk_record,
--        ix_identifier_company_root, pk_record_identifier, pk_membership, pk_customer.
WITH mine AS (
    SELECT i.identifier_key, i.type, i.scope, i.value, i.party, r.party AS record_party
    FROM membership AS m
    JOIN record AS r ON r.record_id = m.record_id
    JOIN record_identifier AS l
        ON l.record_id = m.record_id
        AND l.assurance <> 1
        AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
    JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.state = 'active'
    WHERE m.customer_id = CAST(:customer_id AS uuid)
),
theirs AS (
    SELECT mine.type, l.record_id, l.last_seen_at
    FROM mine
    JOIN record_identifier AS l
        ON l.identifier_key = mine.identifier_key
        AND l.assurance <> 1
        AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
    UNION ALL
    SELECT mine.type, l.record_id, l.last_seen_at
    FROM mine
    JOIN identifier AS i
        ON i.type = 'tax_id' AND i.scope = 'BR' AND i.party = 'company'
        AND left(i.value, 8) = left(mine.value, 8)
        AND i.identifier_key <> mine.identifier_key
    JOIN record_identifier AS l
        ON l.identifier_key = i.identifier_key
        AND l.assurance <> 1
        AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
    JOIN record AS r ON r.record_id = l.record_id AND r.party = 'company'
    WHERE mine.type = 'tax_id' AND mine.scope = 'BR' AND mine.party = 'company'
        AND mine.record_party = 'company'
)
SELECT
    other.customer_id,
    array_agg(DISTINCT t.type ORDER BY t.type) AS types,
    max(t.last_seen_at) AS last_seen_at
FROM theirs AS t
JOIN membership AS other ON other.record_id = t.record_id
JOIN customer AS c ON c.customer_id = other.customer_id AND NOT c.anonymous
WHERE other.customer_id <> CAST(:customer_id AS uuid)
GROUP BY other.customer_id
ORDER BY max(t.last_seen_at) DESC, other.customer_id
LIMIT CAST(:most AS int)
