-- Purpose: customers made by asking alone that nobody has heard of for long.
-- Parameters: before timestamptz; most int.
-- Result: customer_id, the longest idle first.
-- Index: ix_customer_anonymous_created_at, ix_membership_customer_id,
--        ix_record_identifier_record_id.
SELECT c.customer_id
FROM customer AS c
WHERE c.anonymous
    AND c.erased_at IS NULL
    AND c.current_customer_id = c.customer_id
    AND c.created_at < CAST(:before AS timestamptz)
    AND NOT EXISTS (
        SELECT 1
        FROM membership AS m
        JOIN record_identifier AS l ON l.record_id = m.record_id
        WHERE m.customer_id = c.customer_id AND l.last_seen_at >= CAST(:before AS timestamptz)
    )
ORDER BY c.created_at
LIMIT CAST(:most AS int)
