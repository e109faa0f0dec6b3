-- Purpose: where the records of this transaction, and the holders of its identifiers, stand now, and
--          what holds them.  Read under the components' locks: what it says stays true until commit.
-- Parameters: record_ids uuid[]; identifier_keys text (of bytea[]; only those that join).
-- Result: a row a record: record_id, component_id, customer_id, generic (the record stands for
--         nobody); and one a link: record_id, identifier_key (null in the others), assurance,
--         unnamed, denied, first_seen_at, last_seen_at.
-- Index: pk_membership, pk_record, pk_record_identifier.
WITH link AS (
    SELECT l.*
    FROM record_identifier AS l
    WHERE l.identifier_key = ANY(CAST(CAST(:identifier_keys AS text) AS bytea[]))
),
touched AS (
    -- Most identifiers are held by the very records that name them: each is looked up once.
    SELECT unnest(CAST(:record_ids AS uuid[])) AS record_id
    UNION
    SELECT l.record_id FROM link AS l
)
SELECT
    m.record_id,
    m.component_id,
    m.customer_id,
    r.generic,
    CAST(NULL AS bytea) AS identifier_key,
    NULL AS assurance,
    NULL AS unnamed,
    NULL AS denied,
    CAST(NULL AS timestamptz) AS first_seen_at,
    CAST(NULL AS timestamptz) AS last_seen_at
FROM touched AS t
JOIN membership AS m ON m.record_id = t.record_id
JOIN record AS r ON r.record_id = m.record_id
UNION ALL
SELECT
    l.record_id,
    NULL,
    NULL,
    NULL,
    l.identifier_key,
    l.assurance,
    l.unnamed,
    l.denied_at IS NOT NULL,
    l.first_seen_at,
    l.last_seen_at
FROM link AS l
