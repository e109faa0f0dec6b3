-- Purpose: the record that facts told against a customer id hang on: the one it was minted for, so
--          that they go with the id through every merge and split.
-- Parameters: customer_id uuid.
-- Result: record_id; no row: the id was never given out, or its record is gone.
-- Index: pk_customer, pk_membership.
SELECT m.record_id
FROM customer AS c
JOIN membership AS m ON m.record_id = c.birth_record_id
WHERE c.customer_id = CAST(:customer_id AS uuid)
