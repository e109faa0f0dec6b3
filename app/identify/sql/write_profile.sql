-- Purpose: keep the newest fact of each (record, attribute, assurance); ties go to the larger key.
-- Parameters: record_ids uuid[], attributes text[], assurances int[], person_values text[],
--             occurred timestamptz[], event_keys bytea[]; no pair twice.
-- Result: none.
-- Index: pk_profile_fact.
INSERT INTO profile_fact AS p (record_id, attribute, assurance, value, occurred_at, event_key)
SELECT n.record_id, n.attribute, n.assurance, n.value, n.occurred_at, n.event_key
FROM unnest(
    CAST(:record_ids AS uuid[]),
    CAST(:attributes AS text[]),
    CAST(:assurances AS int[]),
    CAST(:person_values AS text[]),
    CAST(:occurred AS timestamptz[]),
    CAST(:event_keys AS bytea[])
) AS n (record_id, attribute, assurance, value, occurred_at, event_key)
ON CONFLICT (record_id, attribute, assurance) DO UPDATE SET
    value = excluded.value,
    occurred_at = excluded.occurred_at,
    event_key = excluded.event_key
WHERE (p.occurred_at, p.event_key) < (excluded.occurred_at, excluded.event_key)
