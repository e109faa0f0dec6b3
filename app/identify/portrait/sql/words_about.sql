-- Purpose: what people decided about a customer's records, oldest first.
-- Parameters: customer_id uuid.
-- Result: kind, actor, reason, decided_at, records (how many of the customer's it speaks of),
--         taken_back_at (null: it holds).
-- Index: ix_membership_customer_id, ix_identity_side_record_id, pk_identity_decision,
--        pk_identity_retraction.
SELECT d.kind, d.actor, d.reason, d.decided_at, count(*) AS records, t.retracted_at AS taken_back_at
FROM membership AS m
JOIN identity_side AS s ON s.record_id = m.record_id
JOIN identity_decision AS d ON d.identity_decision_id = s.identity_decision_id
LEFT JOIN identity_retraction AS t ON t.identity_decision_id = d.identity_decision_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
GROUP BY d.identity_decision_id, d.kind, d.actor, d.reason, d.decided_at, t.retracted_at
ORDER BY d.decided_at, d.identity_decision_id
