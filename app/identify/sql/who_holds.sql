-- Purpose: who is this?  Every customer that holds any of the identifiers, with the evidence; a
--          visit answers through the login that its time belongs to.  The one statement of a ring.
-- Parameters: identifier_keys, visit_keys text (of bytea[]); at timestamptz (the moment asked
--             about).
-- Result: identifier_key, type, state, customer_id, component_id, anonymous, record_id (one of this
--         customer's that hold it: what is asked by this identifier hangs on it), records (how many
--         hold it), assurance 0–3, first_seen_at, last_seen_at, denied (said not to be theirs, and not
--         named since; what was withdrawn for good is not told, nor what only a third party said:
--         assurance 1).  The code of a record of many is of state generic.
--         beside: a company's tax id, named by records of a person.  Of a value of many one row is
--         told, not thousands; of a desk's address also the companies that have it, as active.
-- Index: pk_identifier, pk_record_identifier, pk_membership, pk_customer, pk_record, pk_visit_fact.
WITH held AS (
    SELECT
        i.identifier_key,
        i.type,
        i.state,
        i.type = 'tax_id' AND i.party = 'company' AS is_company_id,
        l.record_id,
        l.assurance,
        l.first_seen_at,
        l.last_seen_at,
        l.denied
    FROM identifier AS i
    CROSS JOIN LATERAL (
        SELECT
            n.record_id,
            n.assurance,
            n.first_seen_at,
            n.last_seen_at,
            coalesce(n.denied_at >= n.last_seen_at, FALSE) AS denied
        FROM record_identifier AS n
        WHERE n.identifier_key = i.identifier_key
            AND (n.denied_at IS NULL OR n.denied_at < TIMESTAMPTZ '9999-01-01')
            AND n.assurance <> 1
        LIMIT CASE WHEN i.state <> 'active' THEN 1 END
    ) AS l
    WHERE i.identifier_key = ANY(CAST(CAST(:identifier_keys AS text) AS bytea[]))
    UNION ALL
    SELECT
        i.identifier_key,
        i.type,
        'active',
        false,
        l.record_id,
        l.assurance,
        l.first_seen_at,
        l.last_seen_at,
        FALSE
    FROM identifier AS i
    CROSS JOIN LATERAL (
        SELECT n.record_id, n.assurance, n.first_seen_at, n.last_seen_at
        FROM record_identifier AS n
        JOIN record AS r ON r.record_id = n.record_id AND r.party = 'company'
        WHERE n.identifier_key = i.identifier_key
            AND (n.denied_at IS NULL OR n.denied_at < n.last_seen_at)
            AND n.assurance <> 1
        LIMIT 100
    ) AS l
    WHERE i.identifier_key = ANY(CAST(CAST(:identifier_keys AS text) AS bytea[]))
        AND i.type = 'email' AND i.party = 'company' AND i.state = 'unidentifying'
    UNION ALL
    SELECT
        asked.visit_key,
        'visit',
        'active',
        false,
        span.record_id,
        3,
        span.occurred_at,
        span.occurred_at,
        FALSE
    FROM unnest(CAST(CAST(:visit_keys AS text) AS bytea[])) AS asked (visit_key)
    CROSS JOIN LATERAL (
        SELECT f.record_id, f.kind, f.occurred_at
        FROM visit_fact AS f
        WHERE f.visit_key = asked.visit_key AND f.occurred_at <= CAST(:at AS timestamptz)
        ORDER BY f.occurred_at DESC, f.event_key DESC
        LIMIT 1
    ) AS span
    WHERE span.kind = 'login' AND span.record_id IS NOT NULL
)
SELECT
    h.identifier_key,
    h.type,
    CASE WHEN h.type = 'customer_code' AND r.generic THEN 'generic' ELSE h.state END AS state,
    m.customer_id,
    m.component_id,
    bool_and(c.anonymous) AS anonymous,
    (array_agg(h.record_id ORDER BY h.record_id))[1] AS record_id,
    count(*) AS records,
    max(h.assurance) AS assurance,
    min(h.first_seen_at) AS first_seen_at,
    max(h.last_seen_at) AS last_seen_at,
    bool_and(h.is_company_id AND r.party = 'person') AS beside,
    h.denied
FROM held AS h
JOIN record AS r ON r.record_id = h.record_id
JOIN membership AS m ON m.record_id = h.record_id
JOIN customer AS c ON c.customer_id = m.customer_id
GROUP BY h.identifier_key, h.type, 3, m.customer_id, m.component_id, h.denied
