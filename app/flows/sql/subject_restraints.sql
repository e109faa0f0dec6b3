-- Purpose: what restrains the use or the erasure of a customer's records, lifted ones among it.
-- Parameters: customer_id uuid.
-- Result: restraint_id, kind, reason, starts_at, ends_on (null: until lifted), actor, lifted_at,
--         lifted_by; one row a restraint, oldest first.
-- Index: ix_membership_customer_id, ix_restraint_record_id.
SELECT DISTINCT
    r.restraint_id, r.kind, r.reason, r.starts_at, r.ends_on, r.actor, r.lifted_at, r.lifted_by
FROM membership AS m
JOIN restraint AS r ON r.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY r.starts_at, r.restraint_id
