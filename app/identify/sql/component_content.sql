-- Purpose: all that the partition of locked components is a function of, people's decisions aside.
-- Parameters: component_ids uuid[]; arrived uuid[] (records stored by this transaction, no place
--             yet).
--             Left out is what third parties say (assurance 1): that is a fact about somebody,
--             never who they are.
-- Result: a row for each record and identifier that joins: record_id, component_id and customer_id
--         (null: arrived), born_customer_id, anonymous, generic, record_party, source, keyed, tokens
--         bytea[]; name, social_name, birth_date, company_name, trade_name (the best of each:
--         assurance, then recency); identifier_key, type, scope, party, assurance, unnamed, first_seen_at, last_seen_at, denied_at (all null for
--         none; a link that was denied weighs nothing until it is seen later than that).
-- Index: ix_membership_component_id, pk_record, ix_record_identifier_record_id, pk_identifier,
--        pk_profile_fact.
WITH inside AS (
    SELECT m.record_id, m.component_id, m.customer_id
    FROM membership AS m
    WHERE m.component_id = ANY(CAST(:component_ids AS uuid[]))
    UNION ALL
    SELECT a.record_id, NULL, NULL
    FROM unnest(CAST(:arrived AS uuid[])) AS a (record_id)
),
persons AS (
    SELECT
        best.record_id,
        max(best.value) FILTER (WHERE best.attribute = 'name') AS name,
        max(best.value) FILTER (WHERE best.attribute = 'social_name') AS social_name,
        max(best.value) FILTER (WHERE best.attribute = 'birth_date') AS birth_date,
        max(best.value) FILTER (WHERE best.attribute = 'company_name') AS company_name,
        max(best.value) FILTER (WHERE best.attribute = 'trade_name') AS trade_name
    FROM (
        SELECT DISTINCT ON (p.record_id, p.attribute) p.record_id, p.attribute, p.value
        FROM inside AS n
        JOIN profile_fact AS p ON p.record_id = n.record_id
        WHERE p.attribute IN
            ('name', 'social_name', 'birth_date', 'company_name', 'trade_name')
        ORDER BY p.record_id, p.attribute, p.assurance DESC
    ) AS best
    GROUP BY best.record_id
)
SELECT
    r.record_id,
    n.component_id,
    n.customer_id,
    r.born_customer_id,
    r.anonymous,
    r.generic,
    r.party AS record_party,
    r.source,
    r.keyed,
    r.tokens,
    w.name,
    w.social_name,
    w.birth_date,
    w.company_name,
    w.trade_name,
    i.identifier_key,
    i.type,
    i.scope,
    i.party,
    l.assurance,
    l.unnamed,
    l.first_seen_at,
    l.last_seen_at,
    l.denied_at
FROM inside AS n
JOIN record AS r ON r.record_id = n.record_id
LEFT JOIN persons AS w ON w.record_id = n.record_id
LEFT JOIN (
    record_identifier AS l
    JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.state = 'active'
)
    ON l.record_id = n.record_id
    AND l.assurance <> 1
