-- Purpose: where the records of this transaction, and the holders of its identifiers, stand now.
--          Read under the components' locks: what it says stays true until commit.
-- Parameters: record_ids uuid[]; identifier_keys bytea[] (only those that join).
-- Result: record_id, component_id, customer_id, identifier_key (null: named by record_ids).
-- Index: pk_membership, pk_record_identifier.
SELECT m.record_id, m.component_id, m.customer_id, CAST(NULL AS bytea) AS identifier_key
FROM membership AS m
WHERE m.record_id = ANY(CAST(:record_ids AS uuid[]))
UNION ALL
SELECT m.record_id, m.component_id, m.customer_id, l.identifier_key
FROM record_identifier AS l
JOIN membership AS m ON m.record_id = l.record_id
WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
