-- Purpose: everything the partition of some components is a function of, people's decisions aside:
--          one row a (record, link), records that have no place yet among them.
-- Parameters: component_ids uuid[]; arrived uuid[] (stored records without a membership).
-- Result: record_id, component_id and customer_id (null: arrived), born_customer_id, anonymous, and
--         for each identifier that joins: identifier_key, type, scope, party (all null for none).
-- Index: ix_membership_component_id, pk_record, ix_record_identifier_record_id, pk_identifier.
WITH inside AS (
    SELECT m.record_id, m.component_id, m.customer_id
    FROM membership AS m
    WHERE m.component_id = ANY(CAST(:component_ids AS uuid[]))
    UNION ALL
    SELECT a.record_id, NULL, NULL
    FROM unnest(CAST(:arrived AS uuid[])) AS a (record_id)
)
SELECT
    r.record_id,
    n.component_id,
    n.customer_id,
    r.born_customer_id,
    r.anonymous,
    i.identifier_key,
    i.type,
    i.scope,
    i.party
FROM inside AS n
JOIN record AS r ON r.record_id = n.record_id
LEFT JOIN record_identifier AS l ON l.record_id = n.record_id
LEFT JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.state = 'active'
