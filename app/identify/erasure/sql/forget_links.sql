-- Purpose: erase what records name, and the values of identifiers that nobody else holds.
-- Parameters: record_ids uuid[].
-- Result: identifier_key of each identifier that nobody holds any more.
-- Index: ix_record_identifier_record_id, pk_identifier, pk_record_identifier.
WITH gone AS (
    DELETE FROM record_identifier AS l
    WHERE l.record_id = ANY(CAST(:record_ids AS uuid[]))
    RETURNING l.identifier_key
)
DELETE FROM identifier AS i
WHERE i.identifier_key IN (SELECT g.identifier_key FROM gone AS g)
    AND NOT EXISTS (
        SELECT 1
        FROM record_identifier AS other
        WHERE other.identifier_key = i.identifier_key
            AND other.record_id <> ALL(CAST(:record_ids AS uuid[]))
    )
RETURNING i.identifier_key
