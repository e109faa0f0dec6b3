-- Purpose: keep the newest fact of each (record, attribute, assurance); ties go to the larger key.
--          Whose person is another one now has to be looked at again.
-- Parameters: record_ids uuid[], event_keys text (of bytea[]); attributes, person_values, providers
--             text (of text[]), assurances text (of int[]), occurred text (of timestamptz[]); no
--             fact twice.
-- Result: record_id of each record whose person or company has another name, or birth date, now.
-- Index: pk_profile_fact.
WITH told AS (
    SELECT n.record_id, n.attribute, n.assurance, n.value, n.occurred_at, n.event_key, n.provider
    FROM unnest(
        CAST(:record_ids AS uuid[]),
        CAST(CAST(:attributes AS text) AS text[]),
        CAST(CAST(:assurances AS text) AS int[]),
        CAST(CAST(:person_values AS text) AS text[]),
        CAST(CAST(:occurred AS text) AS timestamptz[]),
        CAST(CAST(:event_keys AS text) AS bytea[]),
        CAST(CAST(:providers AS text) AS text[])
    ) AS n (record_id, attribute, assurance, value, occurred_at, event_key, provider)
),
kept AS (
    INSERT INTO profile_fact AS p (
        record_id, attribute, assurance, value, occurred_at, event_key, provider
    )
    SELECT t.record_id, t.attribute, t.assurance, t.value, t.occurred_at, t.event_key, t.provider
    FROM told AS t
    ON CONFLICT (record_id, attribute, assurance) DO UPDATE SET
        value = excluded.value,
        occurred_at = excluded.occurred_at,
        event_key = excluded.event_key,
        provider = excluded.provider
    WHERE (p.occurred_at, p.event_key) < (excluded.occurred_at, excluded.event_key)
    RETURNING p.record_id, p.attribute, p.assurance, p.value
)
SELECT DISTINCT k.record_id
FROM kept AS k
LEFT JOIN profile_fact AS before
    ON before.record_id = k.record_id
    AND before.attribute = k.attribute
    AND before.assurance = k.assurance
WHERE k.attribute IN ('name', 'social_name', 'birth_date', 'company_name', 'trade_name')
    AND before.value IS DISTINCT FROM k.value
