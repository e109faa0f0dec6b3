-- Purpose: the record that a customer id was minted for: what is told against the id hangs on it.
-- Parameters: customer_id uuid.
-- Result: birth_record_id.
-- Index: pk_customer.
SELECT c.birth_record_id FROM customer AS c WHERE c.customer_id = CAST(:customer_id AS uuid)
