-- Purpose: every fact told about a customer as it came, record by record, and what happened in visits
--          that nobody but them ever logged in to.
-- Parameters: customer_id uuid.
-- Result: record_id (null: of a visit), source, type, occurred_at, business_on, payload text (JSON).
-- Index: ix_membership_customer_id, ix_event_record_id_occurred_at, ix_event_visit_key_occurred_at,
--        ix_visit_fact_record_id, pk_visit_fact.
WITH mine AS (
    SELECT m.record_id FROM membership AS m WHERE m.customer_id = CAST(:customer_id AS uuid)
),
own_visits AS (
    SELECT DISTINCT f.visit_key
    FROM mine
    JOIN visit_fact AS f ON f.record_id = mine.record_id
    WHERE NOT EXISTS (
        SELECT 1
        FROM visit_fact AS other
        WHERE other.visit_key = f.visit_key
            AND other.record_id IS NOT NULL
            AND other.record_id NOT IN (SELECT m.record_id FROM mine AS m)
    )
)
SELECT told.record_id, told.source, told.type, told.occurred_at, told.business_on,
    CAST(told.payload AS text) AS payload
FROM (
    SELECT e.*
    FROM mine
    JOIN event AS e ON e.record_id = mine.record_id
    UNION ALL
    SELECT e.*
    FROM own_visits AS v
    JOIN event AS e ON e.visit_key = v.visit_key AND e.record_id IS NULL
) AS told
ORDER BY told.record_id NULLS LAST, told.occurred_at, told.event_id
