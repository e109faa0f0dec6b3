-- Purpose: store records and the identifiers they name; seen-at widens, assurance only rises, so
--          the row is the same in whatever order the facts come.
-- Parameters: record_ids uuid[], sources text[], keyed bool[], anonymous bool[] (one a record);
--             link_keys bytea[], link_records uuid[], assurances int[], first_seen timestamptz[],
--             last_seen timestamptz[] (one a link); now timestamptz.
-- Result: none.
-- Index: pk_record, pk_record_identifier.
WITH named AS (
    INSERT INTO record (record_id, source, keyed, anonymous, created_at)
    SELECT n.record_id, n.source, n.keyed, n.anonymous, CAST(:now AS timestamptz)
    FROM unnest(
        CAST(:record_ids AS uuid[]),
        CAST(:sources AS text[]),
        CAST(:keyed AS boolean[]),
        CAST(:anonymous AS boolean[])
    ) AS n (record_id, source, keyed, anonymous)
    ORDER BY n.record_id
    ON CONFLICT (record_id) DO NOTHING
)
INSERT INTO record_identifier AS l
    (identifier_key, record_id, assurance, first_seen_at, last_seen_at)
SELECT n.key, n.record_id, n.assurance, n.first_seen_at, n.last_seen_at
FROM unnest(
    CAST(:link_keys AS bytea[]),
    CAST(:link_records AS uuid[]),
    CAST(:assurances AS int[]),
    CAST(:first_seen AS timestamptz[]),
    CAST(:last_seen AS timestamptz[])
) AS n (key, record_id, assurance, first_seen_at, last_seen_at)
ORDER BY n.key, n.record_id
ON CONFLICT (identifier_key, record_id) DO UPDATE SET
    assurance = greatest(l.assurance, excluded.assurance),
    first_seen_at = least(l.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(l.last_seen_at, excluded.last_seen_at)
WHERE l.assurance < excluded.assurance
    OR l.first_seen_at > excluded.first_seen_at
    OR l.last_seen_at < excluded.last_seen_at
