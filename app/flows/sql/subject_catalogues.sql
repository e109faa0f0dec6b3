-- Purpose: from which catalogues a customer's decisions were made.
-- Parameters: customer_id uuid.
-- Result: bundle_id, content text (JSON).
-- Index: ix_membership_customer_id, ix_decision_record_id_decided_at, pk_bundle.
SELECT b.bundle_id, CAST(b.content AS text) AS content
FROM bundle AS b
WHERE b.bundle_id IN (
    SELECT d.bundle_id
    FROM membership AS m
    JOIN decision AS d ON d.record_id = m.record_id
    WHERE m.customer_id = CAST(:customer_id AS uuid)
)
