-- Purpose: how good is what we know of the next customers?  Counts of them and of what is missing;
--          what is missing of one customer, ``customer_gaps`` tells by the same rules.  What says
--          nothing ("SEM NOME", born in 2999) is no profile fact: it is not stored, and cleaning
--          leaves out what earlier rules stored.
-- Parameters: after uuid, most int (customers in the order of their ids); stale_before timestamptz
--             (contact points not seen since are stale).
-- Result: one row: last_customer_id (null: there are no more), then a count by each measure.
-- Index: pk_customer, ix_membership_customer_id, ix_record_identifier_record_id, pk_identifier,
--        pk_profile_fact.
WITH next_ones AS MATERIALIZED (
    SELECT c.customer_id, c.anonymous, c.erased_at, c.current_customer_id
    FROM customer AS c
    WHERE c.customer_id > CAST(:after AS uuid)
    ORDER BY c.customer_id
    LIMIT CAST(:most AS int)
),
real AS MATERIALIZED (
    SELECT n.customer_id
    FROM next_ones AS n
    WHERE NOT n.anonymous AND n.erased_at IS NULL AND n.current_customer_id = n.customer_id
),
each_one AS (
    SELECT
        coalesce(reach.phone, false) AS phone,
        coalesce(reach.email, false) AS email,
        coalesce(reach.tax_id, false) AS tax_id,
        coalesce(told.name, false) AS name,
        coalesce(told.birth_date, false) OR coalesce(reach.company, false) AS birth_date,
        coalesce(reach.seen_at < CAST(:stale_before AS timestamptz), false) AS stale
    FROM real
    -- Customer by customer, whatever the planner knows: right after a load it knows nothing.
    CROSS JOIN LATERAL (
        SELECT
            bool_or(i.type = 'phone') AS phone,
            bool_or(i.type = 'email') AS email,
            bool_or(i.type = 'tax_id') AS tax_id,
            bool_or(i.type = 'tax_id' AND i.party = 'company')
                AND NOT bool_or(i.type = 'tax_id' AND i.party = 'person') AS company,
            max(l.last_seen_at) FILTER (WHERE i.type IN ('phone', 'email')) AS seen_at
        FROM membership AS m
        JOIN record_identifier AS l ON l.record_id = m.record_id
            AND l.assurance <> 1
            AND (l.denied_at IS NULL OR l.denied_at < l.last_seen_at)
        JOIN identifier AS i ON i.identifier_key = l.identifier_key AND i.state = 'active'
        WHERE m.customer_id = real.customer_id
    ) AS reach
    CROSS JOIN LATERAL (
        SELECT
            bool_or(p.attribute IN ('name', 'social_name', 'company_name', 'trade_name')) AS name,
            bool_or(p.attribute = 'birth_date') AS birth_date
        FROM membership AS m
        JOIN profile_fact AS p ON p.record_id = m.record_id
        WHERE m.customer_id = real.customer_id
    ) AS told
)
SELECT
    -- PostgreSQL has max(uuid) from 18 on
    (SELECT n.customer_id FROM next_ones AS n ORDER BY n.customer_id DESC LIMIT 1)
        AS last_customer_id,
    count(*) AS customers,
    count(*) FILTER (WHERE NOT phone) AS without_phone,
    count(*) FILTER (WHERE NOT email) AS without_email,
    count(*) FILTER (WHERE NOT phone AND NOT email) AS without_contact_point,
    count(*) FILTER (WHERE NOT tax_id) AS without_tax_id,
    count(*) FILTER (WHERE NOT name) AS without_name,
    count(*) FILTER (WHERE NOT birth_date) AS without_birth_date,
    count(*) FILTER (WHERE stale) AS stale_contact_points
FROM each_one
