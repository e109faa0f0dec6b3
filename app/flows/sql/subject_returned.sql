-- Purpose: which erased records are here again, as after a restore?  One that was made after its
--          erasure is no return: somebody has called since.
-- Parameters: record_ids uuid[], erased timestamptz[] (one a record).
-- Result: record_id, component_id, customer_id.
-- Index: pk_record, pk_membership.
SELECT r.record_id, m.component_id, m.customer_id
FROM unnest(
    CAST(:record_ids AS uuid[]),
    CAST(:erased AS timestamptz[])
) AS n (record_id, erased_at)
JOIN record AS r ON r.record_id = n.record_id AND r.created_at <= n.erased_at
JOIN membership AS m ON m.record_id = r.record_id
