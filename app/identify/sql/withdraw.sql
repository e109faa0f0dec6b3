-- Purpose: close for good the links of a person's records to what they say is not theirs: no naming
--          is later than that day.  Records made by asking alone stand for whoever asks.
-- Parameters: record_ids uuid[]; identifier_keys bytea[]; for_good timestamptz.
-- Result: identifier_key of each link there is, closed by now or before.
-- Index: pk_record_identifier, pk_record.
UPDATE record_identifier AS l
SET denied_at = CAST(:for_good AS timestamptz)
FROM record AS r
WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
    AND l.record_id = ANY(CAST(:record_ids AS uuid[]))
    AND r.record_id = l.record_id
    AND NOT r.anonymous
RETURNING l.identifier_key
