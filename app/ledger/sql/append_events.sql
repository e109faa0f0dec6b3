-- Purpose: append facts as they came.
-- Parameters: event_ids uuid[], event_keys text (of bytea[]), records uuid[] (nullable), visits text
--             (of bytea[]; nullable), sources, types text (of text[]), occurred text (of
--             timestamptz[]), offsets text (of int[]), business text (of date[]), payloads text[]
--             (JSON: to quote it all once more would cost more than it saves).
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
    CAST(CAST(:event_keys AS text) AS bytea[]),
    CAST(:records AS uuid[]),
    CAST(CAST(:visits AS text) AS bytea[]),
    CAST(CAST(:sources AS text) AS text[]),
    CAST(CAST(:types AS text) AS text[]),
    CAST(CAST(:occurred AS text) AS timestamptz[]),
    CAST(CAST(:offsets AS text) AS int[]),
    CAST(CAST(:business AS text) AS date[]),
    CAST(:payloads AS text[])
) AS n (
    event_id, event_key, record_id, visit_key, source, type, occurred_at, offset_minutes,
    business_on, payload
)
