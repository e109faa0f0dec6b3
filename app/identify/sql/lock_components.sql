-- Purpose: lock every component that the records or identifiers of this transaction touch, in the
--          order of their ids, so that two transactions never wait for each other crosswise.
-- Parameters: record_ids uuid[]; identifier_keys bytea[] (only those that join).
-- Result: component_id, in lock order.
-- Index: pk_membership, pk_record_identifier, pk_component.
SELECT c.component_id
FROM component AS c
WHERE c.component_id IN (
    SELECT m.component_id
    FROM membership AS m
    WHERE m.record_id = ANY(CAST(:record_ids AS uuid[]))
    UNION
    SELECT m.component_id
    FROM record_identifier AS l
    JOIN membership AS m ON m.record_id = l.record_id
    WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
)
ORDER BY c.component_id
FOR NO KEY UPDATE OF c
