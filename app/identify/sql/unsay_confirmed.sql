-- Purpose: take back what earlier confirmations at one moment of contact brought, as somebody else is
--          confirmed there now.  A link that was named by them alone goes; one that was denied
--          before them is denied again; what was told besides them stays as it is.
-- Parameters: touchpoint_id uuid; record_ids uuid[] (of whoever is confirmed now: theirs stays).
-- Result: none.
-- Index: ix_identity_word_touchpoint_id, pk_identity_word_link, pk_record_identifier.
WITH replaced AS (
    SELECT
        n.identifier_key,
        n.record_id,
        array_agg(w.said_at) AS said_at
    FROM identity_word AS w
    JOIN identity_word_link AS n ON n.word_id = w.word_id
    WHERE w.touchpoint_id = CAST(:touchpoint_id AS uuid)
        AND w.word = 'confirmed'
        AND w.record_id <> ALL(CAST(:record_ids AS uuid[]))
    GROUP BY n.identifier_key, n.record_id
),
gone AS (
    DELETE FROM record_identifier AS l
    USING replaced AS r
    WHERE l.identifier_key = r.identifier_key
        AND l.record_id = r.record_id
        AND l.first_seen_at = ANY(r.said_at)
        AND l.last_seen_at = ANY(r.said_at)
)
UPDATE record_identifier AS l
SET denied_at = l.last_seen_at
FROM replaced AS r
WHERE l.identifier_key = r.identifier_key
    AND l.record_id = r.record_id
    AND l.first_seen_at <> ALL(r.said_at)
    AND l.last_seen_at = ANY(r.said_at)
    AND l.denied_at < l.last_seen_at
