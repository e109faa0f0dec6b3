-- Purpose: append what somebody said who looked at a review; it is never changed, and told twice it
--          is there once.
-- Parameters: verdict_id, review_id uuid; verdict text; fingerprint bytea (of what was judged);
--             identity_decision_id uuid or null (what carries it out); actor text; reason text or
--             null; decided_at timestamptz.
-- Result: none.
-- Index: pk_review_verdict.
INSERT INTO review_verdict (
    verdict_id, review_id, verdict, fingerprint, identity_decision_id, actor, reason, decided_at
)
VALUES (
    CAST(:verdict_id AS uuid),
    CAST(:review_id AS uuid),
    CAST(:verdict AS text),
    CAST(:fingerprint AS bytea),
    CAST(:identity_decision_id AS uuid),
    CAST(:actor AS text),
    CAST(:reason AS text),
    CAST(:decided_at AS timestamptz)
)
ON CONFLICT (verdict_id) DO NOTHING
