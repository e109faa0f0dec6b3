-- Purpose: the records that answered to a customer id at some moment, from the log alone.
-- Parameters: customer_id uuid; at timestamptz.
-- Result: holder_id (who answered to the id then), record_id; no row where there was no such id yet.
-- Index: pk_customer, ix_identity_log_record_id, ix_identity_log_to_customer_id.
WITH holder AS (
    SELECT l.to_customer_id AS customer_id
    FROM customer AS c
    JOIN identity_log AS l ON l.record_id = c.birth_record_id
    WHERE c.customer_id = CAST(:customer_id AS uuid) AND l.logged_at <= CAST(:at AS timestamptz)
    ORDER BY l.logged_at DESC, l.log_id DESC
    LIMIT 1
),
ever AS (
    SELECT DISTINCT l.record_id
    FROM holder AS h
    JOIN identity_log AS l ON l.to_customer_id = h.customer_id
    WHERE l.logged_at <= CAST(:at AS timestamptz)
)
SELECT h.customer_id AS holder_id, e.record_id
FROM holder AS h
CROSS JOIN ever AS e
CROSS JOIN LATERAL (
    SELECT l.to_customer_id
    FROM identity_log AS l
    WHERE l.record_id = e.record_id AND l.logged_at <= CAST(:at AS timestamptz)
    ORDER BY l.logged_at DESC, l.log_id DESC
    LIMIT 1
) AS last
WHERE last.to_customer_id = h.customer_id
ORDER BY e.record_id
