-- Purpose: lock every component that the records or identifiers of this transaction touch, in the
--          order of their ids, so that two transactions never wait for each other crosswise.
-- Parameters: record_ids uuid[]; identifier_keys text (of bytea[]; only those that join).
-- Result: component_id, in lock order.
-- Index: pk_membership, pk_record_identifier, pk_component.
SELECT c.component_id
FROM component AS c
WHERE c.component_id IN (
    SELECT m.component_id
    FROM (
        -- Most identifiers are held by the very records that name them: each is looked up once.
        SELECT unnest(CAST(:record_ids AS uuid[]))
        UNION
        SELECT l.record_id
        FROM record_identifier AS l
        WHERE l.identifier_key = ANY(CAST(CAST(:identifier_keys AS text) AS bytea[]))
    ) AS touched (record_id)
    JOIN membership AS m ON m.record_id = touched.record_id
)
ORDER BY c.component_id
FOR NO KEY UPDATE OF c
