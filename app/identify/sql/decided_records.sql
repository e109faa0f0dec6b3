-- Purpose: the records that a person's decision named and that are still here.
-- Parameters: identity_decision_id uuid.
-- Result: record_id, side.
-- Index: pk_identity_side, pk_membership.
SELECT s.record_id, s.side
FROM identity_side AS s
JOIN membership AS m ON m.record_id = s.record_id
WHERE s.identity_decision_id = CAST(:identity_decision_id AS uuid)
