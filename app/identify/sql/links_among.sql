-- Purpose: which of these records name which of these identifiers, denied or not; those that were
--          made by asking alone stand for whoever asks, and name nothing of their own.
-- Parameters: record_ids uuid[]; identifier_keys bytea[].
-- Result: identifier_key, record_id.
-- Index: pk_record_identifier, pk_record.
SELECT l.identifier_key, l.record_id
FROM record_identifier AS l
JOIN record AS r ON r.record_id = l.record_id AND NOT r.anonymous
WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
    AND l.record_id = ANY(CAST(:record_ids AS uuid[]))
ORDER BY l.identifier_key, l.record_id
