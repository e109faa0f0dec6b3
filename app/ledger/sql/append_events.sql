-- Purpose: append facts as they came.
-- Parameters: event_ids uuid[], event_keys bytea[], records uuid[] (nullable), visits bytea[]
--             (nullable), sources text[], types text[], occurred timestamptz[], offsets int[],
--             business date[], payloads text[] (JSON).
-- Result: none.
INSERT INTO event (
    event_id, event_key, record_id, visit_key, source, type, occurred_at, offset_minutes,
    business_on, payload
)
SELECT
    n.event_id, n.event_key, n.record_id, n.visit_key, n.source, n.type, n.occurred_at,
    n.offset_minutes, n.business_on, CAST(n.payload AS jsonb)
FROM unnest(
    CAST(:event_ids AS uuid[]),
    CAST(:event_keys AS bytea[]),
    CAST(:records AS uuid[]),
    CAST(:visits AS bytea[]),
    CAST(:sources AS text[]),
    CAST(:types AS text[]),
    CAST(:occurred AS timestamptz[]),
    CAST(:offsets AS int[]),
    CAST(:business AS date[]),
    CAST(:payloads AS text[])
) AS n (
    event_id, event_key, record_id, visit_key, source, type, occurred_at, offset_minutes,
    business_on, payload
)
