-- Purpose: all that events told of some attributes of some records, as it came.
-- Parameters: record_ids uuid[], attributes text[], assurances text[] (by name), of one length.
-- Result: record_id, attribute, assurance (by name), value (personal), occurred_at, event_key,
--         business_on, provider (or null); newest first.
-- Index: ix_event_record_id_occurred_at.
SELECT
    n.record_id,
    n.attribute,
    n.assurance,
    e.payload -> 'profile' ->> n.attribute AS value,
    e.occurred_at,
    e.event_key,
    e.business_on,
    e.payload -> 'profile' ->> 'provider' AS provider
FROM unnest(
    CAST(:record_ids AS uuid[]), CAST(:attributes AS text[]), CAST(:assurances AS text[])
) AS n (record_id, attribute, assurance)
JOIN event AS e ON e.record_id = n.record_id
WHERE e.payload -> 'profile' ->> n.attribute IS NOT NULL
    AND coalesce(e.payload -> 'profile' ->> 'assurance', 'declared') = n.assurance
ORDER BY e.occurred_at DESC, e.event_key DESC
