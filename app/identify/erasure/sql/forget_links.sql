-- Purpose: erase what records name, and the values of identifiers that nobody else holds.
-- Parameters: record_ids uuid[]; for_good timestamptz (when a link was denied that was withdrawn).
-- Result: identifier_key of each identifier that nobody holds any more, and whether it was theirs:
--         what was withdrawn from all of them is somebody else's.
-- Index: ix_record_identifier_record_id, pk_identifier, pk_record_identifier.
WITH gone AS (
    DELETE FROM record_identifier AS l
    WHERE l.record_id = ANY(CAST(:record_ids AS uuid[]))
    RETURNING l.identifier_key, l.denied_at
),
named AS (
    SELECT
        g.identifier_key,
        bool_or(g.denied_at IS DISTINCT FROM CAST(:for_good AS timestamptz)) AS theirs
    FROM gone AS g
    GROUP BY g.identifier_key
)
DELETE FROM identifier AS i
USING named AS n
WHERE i.identifier_key = n.identifier_key
    AND NOT EXISTS (
        SELECT 1
        FROM record_identifier AS other
        WHERE other.identifier_key = i.identifier_key
            AND other.record_id <> ALL(CAST(:record_ids AS uuid[]))
    )
RETURNING i.identifier_key, n.theirs
