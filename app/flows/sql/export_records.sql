-- Purpose: every record with its customer, for whoever keeps the keys of the other systems.
-- Parameters: none.
-- Result: record_id, source, customer_id, codes text[] (the customer codes of its own source that it
--         names, null for none), in the order of record_id.
-- Index: pk_record, pk_membership, ix_record_identifier_record_id, pk_identifier.
SELECT
    r.record_id,
    r.source,
    m.customer_id,
    (
        SELECT array_agg(i.value ORDER BY i.value)
        FROM record_identifier AS l
        JOIN identifier AS i ON i.identifier_key = l.identifier_key
        WHERE l.record_id = r.record_id AND i.type = 'customer_code' AND i.scope = r.source
    ) AS codes
FROM record AS r
JOIN membership AS m ON m.record_id = r.record_id
ORDER BY r.record_id
