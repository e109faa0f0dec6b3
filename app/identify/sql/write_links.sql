-- Purpose: store records and the identifiers they name; seen-at widens, assurance and the set of
--          persons only grow, so the row is the same in whatever order the facts come.
-- Parameters: record_ids uuid[], sources text (of text[]), keyed, anonymous text (of bool[]) (one a
--             record);
--             token_records uuid[], tokens text (of bytea[]) (one a person that a record named);
--             most_tokens int (a record of more stands for nobody whoever else it names);
--             link_keys text (of bytea[]), link_records uuid[], assurances text (of int[]), unnamed
--             text (of bool[]), first_seen, last_seen text (of timestamptz[]) (one a link); now
--             timestamptz.
-- Result: record_id of each record that is new or names a person it never named before.
-- Index: pk_record, pk_record_identifier.
WITH spoken AS (
    SELECT t.record_id, array_agg(t.token ORDER BY t.token) AS tokens
    FROM unnest(
        CAST(:token_records AS uuid[]),
        CAST(CAST(:tokens AS text) AS bytea[])
    ) AS t (record_id, token)
    GROUP BY t.record_id
),
named AS (
    INSERT INTO record AS r (record_id, source, keyed, anonymous, tokens, created_at)
    SELECT n.record_id, n.source, n.keyed, n.anonymous, coalesce(s.tokens, '{}'),
        CAST(:now AS timestamptz)
    FROM unnest(
        CAST(:record_ids AS uuid[]),
        CAST(CAST(:sources AS text) AS text[]),
        CAST(CAST(:keyed AS text) AS boolean[]),
        CAST(CAST(:anonymous AS text) AS boolean[])
    ) AS n (record_id, source, keyed, anonymous)
    LEFT JOIN spoken AS s ON s.record_id = n.record_id
    ORDER BY n.record_id
    ON CONFLICT (record_id) DO UPDATE SET
        tokens = ARRAY(SELECT DISTINCT each FROM unnest(r.tokens || excluded.tokens) AS each)
    WHERE NOT r.tokens @> excluded.tokens
        AND cardinality(r.tokens) <= CAST(:most_tokens AS int)
    RETURNING r.record_id
),
linked AS (
    INSERT INTO record_identifier AS l
        (identifier_key, record_id, assurance, unnamed, first_seen_at, last_seen_at)
    SELECT n.key, n.record_id, n.assurance, n.unnamed, n.first_seen_at, n.last_seen_at
    FROM unnest(
        CAST(CAST(:link_keys AS text) AS bytea[]),
        CAST(:link_records AS uuid[]),
        CAST(CAST(:assurances AS text) AS int[]),
        CAST(CAST(:unnamed AS text) AS boolean[]),
        CAST(CAST(:first_seen AS text) AS timestamptz[]),
        CAST(CAST(:last_seen AS text) AS timestamptz[])
    ) AS n (key, record_id, assurance, unnamed, first_seen_at, last_seen_at)
    ORDER BY n.key, n.record_id
    ON CONFLICT (identifier_key, record_id) DO UPDATE SET
        assurance = greatest(l.assurance, excluded.assurance),
        unnamed = l.unnamed OR excluded.unnamed,
        first_seen_at = least(l.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(l.last_seen_at, excluded.last_seen_at)
    WHERE l.assurance < excluded.assurance
        OR l.unnamed < excluded.unnamed
        OR l.first_seen_at > excluded.first_seen_at
        OR l.last_seen_at < excluded.last_seen_at
)
SELECT n.record_id FROM named AS n
