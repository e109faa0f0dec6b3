-- Purpose: let every id that was minted for an erased record say so for ever.
-- Parameters: record_ids uuid[]; now timestamptz.
-- Result: customer_id of each id that is erased by this.
-- Index: ix_customer_birth_record_id.
UPDATE customer AS c
SET erased_at = CAST(:now AS timestamptz), current_customer_id = c.customer_id
WHERE c.birth_record_id = ANY(CAST(:record_ids AS uuid[]))
    AND c.erased_at IS NULL
RETURNING c.customer_id
