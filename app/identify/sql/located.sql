-- Purpose: where the records of this transaction, and the holders of its identifiers, stand now.
--          Read under the components' locks: what it says stays true until commit.
-- Parameters: record_ids uuid[]; identifier_keys bytea[] (only those that join).
-- Result: record_id, component_id, customer_id, generic (the record stands for nobody),
--         identifier_key (null: named by record_ids), assurance, unnamed, denied, first_seen_at,
--         last_seen_at (of the link).
-- Index: pk_membership, pk_record, pk_record_identifier.
SELECT
    m.record_id,
    m.component_id,
    m.customer_id,
    r.generic,
    CAST(NULL AS bytea) AS identifier_key,
    0 AS assurance,
    false AS unnamed,
    false AS denied,
    CAST(NULL AS timestamptz) AS first_seen_at,
    CAST(NULL AS timestamptz) AS last_seen_at
FROM membership AS m
JOIN record AS r ON r.record_id = m.record_id
WHERE m.record_id = ANY(CAST(:record_ids AS uuid[]))
UNION ALL
SELECT
    m.record_id,
    m.component_id,
    m.customer_id,
    false,
    l.identifier_key,
    l.assurance,
    l.unnamed,
    l.denied_at IS NOT NULL,
    l.first_seen_at,
    l.last_seen_at
FROM record_identifier AS l
JOIN membership AS m ON m.record_id = l.record_id
WHERE l.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
