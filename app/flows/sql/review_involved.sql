-- Purpose: who is involved in reviews: the customers of their sides, or some of those who hold the
--          value, with their records and how they want to be called.
-- Parameters: review_ids uuid[]; most int (records of one customer that are told).
-- Result: review_id, customer_id, record_id, source, name (personal, or null); by review, customer
--         and record.
-- Index: pk_review, pk_membership, ix_membership_customer_id, pk_record, pk_profile_fact.
WITH involved AS (
    SELECT r.review_id, m.customer_id
    FROM review AS r
    JOIN membership AS m ON m.record_id = ANY(r.sides)
    WHERE r.review_id = ANY(CAST(:review_ids AS uuid[]))
    UNION
    SELECT r.review_id, held.customer_id
    FROM review AS r
    CROSS JOIN LATERAL (
        SELECT m.customer_id
        FROM record_identifier AS l
        JOIN membership AS m ON m.record_id = l.record_id
        WHERE l.identifier_key = r.identifier_key
        ORDER BY l.record_id
        LIMIT 50
    ) AS held
    WHERE r.review_id = ANY(CAST(:review_ids AS uuid[])) AND r.kind = 'generic_value'
)
SELECT v.review_id, v.customer_id, o.record_id, o.source, n.name
FROM involved AS v
CROSS JOIN LATERAL (
    SELECT m.record_id, r.source
    FROM membership AS m
    JOIN record AS r ON r.record_id = m.record_id
    WHERE m.customer_id = v.customer_id
    ORDER BY m.record_id
    LIMIT CAST(:most AS int)
) AS o
LEFT JOIN LATERAL (
    SELECT p.value AS name
    FROM membership AS m
    JOIN profile_fact AS p
        ON p.record_id = m.record_id AND p.attribute IN ('name', 'social_name')
    WHERE m.customer_id = v.customer_id
    ORDER BY p.attribute DESC, p.assurance DESC, p.occurred_at DESC, p.event_key DESC
    LIMIT 1
) AS n ON TRUE
ORDER BY v.review_id, v.customer_id, o.record_id
