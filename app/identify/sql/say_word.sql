-- Purpose: keep what agents said; a denial closes its links at its time, and the latest one counts.
-- Parameters: word_ids, touchpoint_ids uuid[]; words text[]; record_ids uuid[]; verified_by text[]
--             (each an array of names of ours); actors text[]; said timestamptz[] (one a word);
--             link_words uuid[], link_keys bytea[], link_records uuid[], assurances int[] (one a
--             link that a word speaks of).
-- Result: none.
-- Index: pk_identity_word, pk_identity_word_link, pk_record_identifier.
WITH told AS (
    SELECT n.*
    FROM unnest(
        CAST(:word_ids AS uuid[]),
        CAST(:touchpoint_ids AS uuid[]),
        CAST(:words AS text[]),
        CAST(:record_ids AS uuid[]),
        CAST(:verified_by AS text[]),
        CAST(:actors AS text[]),
        CAST(:said AS timestamptz[])
    ) AS n (word_id, touchpoint_id, word, record_id, verified_by, actor, said_at)
),
spoken_of AS (
    SELECT n.word_id, n.identifier_key, n.record_id, n.assurance
    FROM unnest(
        CAST(:link_words AS uuid[]),
        CAST(:link_keys AS bytea[]),
        CAST(:link_records AS uuid[]),
        CAST(:assurances AS int[])
    ) AS n (word_id, identifier_key, record_id, assurance)
),
said AS (
    INSERT INTO identity_word (
        word_id, touchpoint_id, word, record_id, verified_by, actor, said_at
    )
    SELECT t.word_id, t.touchpoint_id, t.word, t.record_id, CAST(t.verified_by AS text[]), t.actor,
        t.said_at
    FROM told AS t
    ON CONFLICT (word_id) DO NOTHING
),
kept AS (
    INSERT INTO identity_word_link (word_id, identifier_key, record_id, assurance)
    SELECT s.word_id, s.identifier_key, s.record_id, s.assurance
    FROM spoken_of AS s
    ON CONFLICT DO NOTHING
),
denied AS (
    SELECT s.identifier_key, s.record_id, max(t.said_at) AS said_at
    FROM spoken_of AS s
    JOIN told AS t ON t.word_id = s.word_id
    WHERE t.word = 'denied'
    GROUP BY s.identifier_key, s.record_id
)
UPDATE record_identifier AS l
SET denied_at = greatest(l.denied_at, d.said_at)
FROM denied AS d
WHERE l.identifier_key = d.identifier_key AND l.record_id = d.record_id
