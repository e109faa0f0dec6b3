-- Purpose: one review with the last verdict on it.
-- Parameters: review_id uuid.
-- Result: review_id, kind, state, identifier_key, sides uuid[], details (JSON text), fingerprint,
--         uncertainty, opened_at; verdict, identity_decision_id, actor, reason, decided_at (null
--         where nobody decided).
-- Index: pk_review, ix_review_verdict_review_id.
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
    v.verdict,
    v.identity_decision_id,
    v.actor,
    v.reason,
    v.decided_at
FROM review AS r
LEFT JOIN LATERAL (
    SELECT told.*
    FROM review_verdict AS told
    WHERE told.review_id = r.review_id
    ORDER BY told.decided_at DESC, told.verdict_id DESC
    LIMIT 1
) AS v ON TRUE
WHERE r.review_id = CAST(:review_id AS uuid)
