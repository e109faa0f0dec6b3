-- Purpose: who holds records now that were this customer's once: what a split led to.
-- Parameters: customer_ids uuid[] (its id and those it answers for).
-- Result: customer_id; the oldest first.
-- Index: ix_identity_log_to_customer_id, pk_membership, pk_customer.
SELECT DISTINCT m.customer_id
FROM identity_log AS l
JOIN membership AS m ON m.record_id = l.record_id
JOIN customer AS c ON c.customer_id = m.customer_id AND NOT c.anonymous
WHERE l.to_customer_id = ANY(CAST(:customer_ids AS uuid[]))
    AND m.customer_id <> ALL(CAST(:customer_ids AS uuid[]))
ORDER BY m.customer_id
