-- Purpose: every event under the id its source gave it, with the customer whose fact it is now: how
--          a fact that came without a record key is found again.
-- Parameters: none.
-- Result: source, id, type, customer_id (null: nobody's), in the order in which they were received.
-- Index: pk_event of each partition, pk_membership.
SELECT
    e.source,
    e.payload ->> 'id' AS id,
    e.type,
    m.customer_id
FROM event AS e
LEFT JOIN membership AS m ON m.record_id = e.record_id
WHERE e.payload ->> 'id' IS NOT NULL
ORDER BY e.event_id
