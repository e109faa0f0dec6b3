-- Purpose: let reviews be what the facts and people's verdicts ask for: open what is new, close what
--          has no reason any more, open again what changed since somebody looked.  A value past its
--          limit stays so in its epoch, whatever is looked at since.
-- Parameters: review_ids uuid[]; kinds text[]; identifier_keys bytea[] (nullable); sides text[] (each
--             an array of record ids); details text[] (JSON); fingerprints bytea[]; uncertainties
--             float8[] (one a doubt there is); record_ids uuid[] (looked at: reviews about them that
--             are not among the doubts have no reason any more); again uuid[] (reviews to judge
--             anew); now timestamptz.
-- Result: none.
-- Index: pk_review, ix_review_sides, ix_review_verdict_review_id.
WITH found AS (
    SELECT n.*
    FROM unnest(
        CAST(:review_ids AS uuid[]),
        CAST(:kinds AS text[]),
        CAST(:identifier_keys AS bytea[]),
        CAST(:sides AS text[]),
        CAST(:details AS text[]),
        CAST(:fingerprints AS bytea[]),
        CAST(:uncertainties AS float8[])
    ) AS n (review_id, kind, identifier_key, sides, details, fingerprint, uncertainty)
),
touched AS (
    SELECT f.review_id FROM found AS f
    UNION
    SELECT r.review_id FROM review AS r WHERE r.sides && CAST(:record_ids AS uuid[])
    UNION
    SELECT a.review_id FROM unnest(CAST(:again AS uuid[])) AS a (review_id)
),
judged AS (
    SELECT
        t.review_id,
        coalesce(f.kind, r.kind) AS kind,
        coalesce(f.identifier_key, r.identifier_key) AS identifier_key,
        coalesce(CAST(f.sides AS uuid[]), r.sides) AS sides,
        coalesce(CAST(f.details AS jsonb), r.details) AS details,
        coalesce(f.fingerprint, r.fingerprint) AS fingerprint,
        coalesce(f.uncertainty, r.uncertainty) AS uncertainty,
        f.review_id IS NOT NULL OR r.kind = 'generic_value' AS has_reason,
        v.verdict,
        v.fingerprint AS judged_fingerprint
    FROM touched AS t
    LEFT JOIN found AS f ON f.review_id = t.review_id
    LEFT JOIN review AS r ON r.review_id = t.review_id
    LEFT JOIN LATERAL (
        SELECT told.verdict, told.fingerprint
        FROM review_verdict AS told
        WHERE told.review_id = t.review_id
        ORDER BY told.decided_at DESC, told.verdict_id DESC
        LIMIT 1
    ) AS v ON TRUE
    WHERE coalesce(f.kind, r.kind) IS NOT NULL
)
INSERT INTO review AS r (
    review_id, kind, identifier_key, sides, details, fingerprint, uncertainty, state, opened_at,
    changed_at
)
SELECT
    j.review_id,
    j.kind,
    j.identifier_key,
    j.sides,
    j.details,
    j.fingerprint,
    j.uncertainty,
    CASE
        WHEN j.verdict IN ('same', 'different')
            AND (NOT j.has_reason OR j.judged_fingerprint = j.fingerprint) THEN 'decided'
        WHEN NOT j.has_reason THEN 'moot'
        WHEN j.verdict = 'unsure' AND j.judged_fingerprint = j.fingerprint THEN 'unsure'
        ELSE 'open'
    END,
    CAST(:now AS timestamptz),
    CAST(:now AS timestamptz)
FROM judged AS j
ORDER BY j.review_id
ON CONFLICT (review_id) DO UPDATE SET
    sides = excluded.sides,
    details = excluded.details,
    fingerprint = excluded.fingerprint,
    uncertainty = excluded.uncertainty,
    state = excluded.state,
    opened_at = CASE
        WHEN excluded.state = 'open' AND r.state <> 'open' THEN excluded.opened_at
        ELSE r.opened_at
    END,
    changed_at = excluded.changed_at
WHERE r.state <> excluded.state
    OR r.fingerprint <> excluded.fingerprint
    OR r.uncertainty <> excluded.uncertainty
    OR r.sides <> excluded.sides
