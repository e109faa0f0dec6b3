-- Purpose: how good is what we know of our customers?  One row of counts for each measure; what is
--          missing of one customer, ``customer_gaps`` tells by the same rules.  What says nothing
--          ("SEM NOME", born in 2999) is no profile fact: it is not stored, and ``idip clean`` leaves
--          out what earlier rules stored.
-- Parameters: stale_before timestamptz (contact points not seen since are stale).
-- Result: measure, found.
-- Index: sequential over customer, membership, record_identifier, profile_fact.
WITH real AS (
    SELECT c.customer_id
    FROM customer AS c
    WHERE NOT c.anonymous AND c.erased_at IS NULL AND c.current_customer_id = c.customer_id
),
reach AS (
    SELECT
        m.customer_id,
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
    GROUP BY m.customer_id
),
told AS (
    SELECT
        m.customer_id,
        bool_or(p.attribute IN ('name', 'social_name', 'company_name', 'trade_name')) AS name,
        bool_or(p.attribute = 'birth_date') AS birth_date
    FROM membership AS m
    JOIN profile_fact AS p ON p.record_id = m.record_id
    GROUP BY m.customer_id
),
each_one AS (
    SELECT
        coalesce(r.phone, false) AS phone,
        coalesce(r.email, false) AS email,
        coalesce(r.tax_id, false) AS tax_id,
        coalesce(t.name, false) AS name,
        coalesce(t.birth_date, false) OR coalesce(r.company, false) AS birth_date,
        coalesce(r.seen_at < CAST(:stale_before AS timestamptz), false) AS stale
    FROM real
    LEFT JOIN reach AS r ON r.customer_id = real.customer_id
    LEFT JOIN told AS t ON t.customer_id = real.customer_id
)
SELECT 'customers' AS measure, count(*) AS found FROM each_one
UNION ALL
SELECT 'without_phone', count(*) FROM each_one WHERE NOT phone
UNION ALL
SELECT 'without_email', count(*) FROM each_one WHERE NOT email
UNION ALL
SELECT 'without_contact_point', count(*) FROM each_one WHERE NOT phone AND NOT email
UNION ALL
SELECT 'without_tax_id', count(*) FROM each_one WHERE NOT tax_id
UNION ALL
SELECT 'without_name', count(*) FROM each_one WHERE NOT name
UNION ALL
SELECT 'without_birth_date', count(*) FROM each_one WHERE NOT birth_date
UNION ALL
SELECT 'stale_contact_points', count(*) FROM each_one WHERE stale
UNION ALL
SELECT 'generic_values', count(*) FROM identifier WHERE state = 'generic'
UNION ALL
SELECT 'generic_records', count(*) FROM record WHERE generic
UNION ALL
SELECT 'suspected_duplicates', count(*)
FROM review
WHERE state = 'open' AND kind IN ('possibly_same', 'contested', 'tax_id_slip')
