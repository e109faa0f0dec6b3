-- Purpose: open the links of a person's records to what they say is theirs after all: a withdrawal
--          is taken back, and an agent's denial is older than this naming.
-- Parameters: record_ids uuid[]; identifier_keys bytea[]; for_good timestamptz; now timestamptz.
-- Result: identifier_key of each link there is, open by now or before.
-- Index: pk_record_identifier, pk_record.
UPDATE record_identifier AS l
SET
    denied_at = nullif(l.denied_at, CAST(:for_good AS timestamptz)),
    last_seen_at = CASE
        WHEN l.denied_at IS NULL THEN l.last_seen_at
        ELSE greatest(l.last_seen_at, CAST(:now AS timestamptz))
    END
FROM record AS r
WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
    AND l.record_id = ANY(CAST(:record_ids AS uuid[]))
    AND r.record_id = l.record_id
    AND NOT r.anonymous
RETURNING l.identifier_key
