-- Purpose: who provided facts, by the events they came with: those of which an event tells it.
-- Parameters: record_ids uuid[], event_keys bytea[], of one length.
-- Result: record_id, event_key, provider.
-- Index: ix_event_record_id_occurred_at.
SELECT DISTINCT e.record_id, e.event_key, e.payload -> 'profile' ->> 'provider' AS provider
FROM unnest(CAST(:record_ids AS uuid[]), CAST(:event_keys AS bytea[])) AS n (record_id, event_key)
JOIN event AS e ON e.record_id = n.record_id AND e.event_key = n.event_key
WHERE e.payload -> 'profile' ->> 'provider' IS NOT NULL
