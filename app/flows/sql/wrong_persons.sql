-- Purpose: which links "somebody else answered" denies: of the customer a decision was made for, the
--          contact points that its moment was asked with.
-- Parameters: decision_ids uuid[] (of decisions that offered something; others are left out).
-- Result: decision_id, touchpoint_id, record_id, identifier_key, in that order.
-- Index: pk_decision, pk_touchpoint, pk_customer, ix_membership_customer_id, pk_record_identifier,
--        pk_identifier, pk_record.
SELECT d.decision_id, t.touchpoint_id, l.record_id, l.identifier_key
FROM decision AS d
JOIN touchpoint AS t ON t.touchpoint_id = d.touchpoint_id
JOIN customer AS c ON c.customer_id = CAST(t.answer #>> '{customer,id}' AS uuid)
JOIN membership AS m ON m.customer_id = c.current_customer_id
JOIN record AS r ON r.record_id = m.record_id AND NOT r.anonymous
JOIN record_identifier AS l
    ON l.record_id = m.record_id
    AND l.identifier_key = ANY(t.identifier_keys)
JOIN identifier AS i
    ON i.identifier_key = l.identifier_key
    AND i.type IN ('phone', 'email', 'social')
WHERE d.decision_id = ANY(CAST(:decision_ids AS uuid[]))
    AND d.action_key IS NOT NULL
ORDER BY d.decision_id, l.record_id, l.identifier_key
