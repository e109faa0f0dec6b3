-- Purpose: what agents said about one moment of contact.
-- Parameters: touchpoint_id uuid.
-- Result: word, record_id, verified_by text[], said_at; oldest first.
-- Index: ix_identity_word_touchpoint_id.
SELECT w.word, w.record_id, w.verified_by, w.said_at
FROM identity_word AS w
WHERE w.touchpoint_id = CAST(:touchpoint_id AS uuid)
ORDER BY w.said_at, w.word_id
