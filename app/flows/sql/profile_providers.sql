-- Purpose: let facts stored before providers were kept name theirs.
-- Parameters: record_ids uuid[], event_keys bytea[], providers text[], of one length.
-- Result: none.
-- Index: pk_profile_fact.
UPDATE profile_fact AS p SET
    provider = n.provider
FROM unnest(
    CAST(:record_ids AS uuid[]), CAST(:event_keys AS bytea[]), CAST(:providers AS text[])
) AS n (record_id, event_key, provider)
WHERE p.record_id = n.record_id AND p.event_key = n.event_key AND p.provider IS NULL
