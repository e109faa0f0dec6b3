-- Purpose: which questions were asked about a customer's records, and every verdict on them.
-- Parameters: customer_id uuid.
-- Result: the columns of find_review.sql; only_theirs (no other customer is in it), verdicts (JSON:
--         verdict, actor, decided_at and reason of each, oldest first); oldest first.
-- Index: ix_membership_customer_id, ix_review_sides, ix_review_verdict_review_id.
WITH mine AS (
    SELECT coalesce(array_agg(m.record_id), '{}') AS records
    FROM membership AS m
    WHERE m.customer_id = CAST(:customer_id AS uuid)
)
SELECT
    r.review_id,
    r.kind,
    r.state,
    r.identifier_key,
    r.sides,
    CAST(r.details AS text) AS details,
    r.fingerprint,
    r.uncertainty,
    r.opened_at,
    CAST(NULL AS text) AS verdict,
    CAST(NULL AS uuid) AS identity_decision_id,
    CAST(NULL AS text) AS actor,
    CAST(NULL AS text) AS reason,
    CAST(NULL AS timestamptz) AS decided_at,
    r.sides <@ mine.records AS only_theirs,
    coalesce(
        (
            SELECT CAST(
                jsonb_agg(
                    jsonb_build_object(
                        'verdict', v.verdict,
                        'actor', v.actor,
                        'decided_at', v.decided_at,
                        'reason', v.reason
                    )
                    ORDER BY v.decided_at, v.verdict_id
                ) AS text
            )
            FROM review_verdict AS v
            WHERE v.review_id = r.review_id
        ),
        '[]'
    ) AS verdicts
FROM mine
JOIN review AS r ON r.sides && mine.records
ORDER BY r.opened_at, r.review_id
