-- Purpose: what the records of one customer are known by, and the persons they name.
-- Parameters: record_ids uuid[]; for_good timestamptz (when a link was denied that was withdrawn).
-- Result: one row: identifier_keys bytea[] (that are theirs), tokens bytea[].
-- Index: pk_record, ix_record_identifier_record_id.
SELECT
    ARRAY(
        SELECT DISTINCT l.identifier_key
        FROM record_identifier AS l
        WHERE l.record_id = ANY(CAST(:record_ids AS uuid[]))
            AND l.denied_at IS DISTINCT FROM CAST(:for_good AS timestamptz)
    ) AS identifier_keys,
    ARRAY(
        SELECT DISTINCT named.token
        FROM record AS r
        CROSS JOIN unnest(r.tokens) AS named (token)
        WHERE r.record_id = ANY(CAST(:record_ids AS uuid[]))
    ) AS tokens
