-- Purpose: take a person's decision back; it stays in the log, and no clustering obeys it any more.
-- Parameters: identity_decision_id uuid; actor text; now timestamptz.
-- Result: none.
-- Index: pk_identity_retraction.
INSERT INTO identity_retraction (identity_decision_id, actor, retracted_at)
VALUES (CAST(:identity_decision_id AS uuid), CAST(:actor AS text), CAST(:now AS timestamptz))
ON CONFLICT (identity_decision_id) DO NOTHING
