-- Purpose: every decision a person took about any of these records and nobody took back, with all
--          its sides.
-- Parameters: record_ids uuid[].
-- Result: identity_decision_id, kind, decided_at, record_id, side.
-- Index: ix_identity_side_record_id, pk_identity_side, pk_identity_decision,
--        pk_identity_retraction.
SELECT d.identity_decision_id, d.kind, d.decided_at, s.record_id, s.side
FROM identity_decision AS d
JOIN identity_side AS s ON s.identity_decision_id = d.identity_decision_id
WHERE d.identity_decision_id IN (
    SELECT named.identity_decision_id
    FROM identity_side AS named
    WHERE named.record_id = ANY(CAST(:record_ids AS uuid[]))
)
    AND NOT EXISTS (
        SELECT 1
        FROM identity_retraction AS t
        WHERE t.identity_decision_id = d.identity_decision_id
    )
