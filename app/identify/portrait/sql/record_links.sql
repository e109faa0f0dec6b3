-- Purpose: how a customer's records hang together: each record with the identifiers it names.
-- Parameters: customer_id uuid.
-- Result: record_id, source, keyed, anonymous, type, scope, value (personal) and identifier_key
--         (null for a record that names nothing), shared (by how many of the customer's records).
-- Index: ix_membership_customer_id, pk_record, ix_record_identifier_record_id, pk_identifier.
SELECT
    r.record_id,
    r.source,
    r.keyed,
    r.anonymous,
    i.type,
    i.scope,
    i.value,
    i.identifier_key,
    count(*) OVER (PARTITION BY i.identifier_key) AS shared
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id
LEFT JOIN record_identifier AS l ON l.record_id = m.record_id
LEFT JOIN identifier AS i ON i.identifier_key = l.identifier_key
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY r.source, r.record_id, i.type, i.identifier_key
