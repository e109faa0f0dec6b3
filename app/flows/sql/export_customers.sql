-- Purpose: every customer with the numbers of a lifetime; neither anonymous nor erased ones, nor any
--          whose data may only be stored.
-- Parameters: today date.
-- Result: customer_id, records, sources text[], first_on, last_on, purchase_days, purchases, net,
--         cost, segment (as scored last, null: not yet), in the order of customer_id.
-- Index: pk_customer, ix_membership_customer_id, pk_record, pk_customer_stat,
--        ix_restraint_record_id.
SELECT
    c.customer_id,
    held.records,
    held.sources,
    s.first_on,
    s.last_on,
    coalesce(s.purchase_days, 0) AS purchase_days,
    coalesce(s.purchases, 0) AS purchases,
    coalesce(s.net, 0) AS net,
    coalesce(s.cost, 0) AS cost,
    s.segment
FROM customer AS c
JOIN (
    SELECT
        m.customer_id,
        count(*) AS records,
        array_agg(DISTINCT r.source ORDER BY r.source) AS sources
    FROM membership AS m
    JOIN record AS r ON r.record_id = m.record_id
    GROUP BY m.customer_id
) AS held ON held.customer_id = c.customer_id
LEFT JOIN customer_stat AS s ON s.customer_id = c.customer_id
WHERE NOT c.anonymous
    AND c.erased_at IS NULL
    AND NOT EXISTS (
        SELECT 1
        FROM membership AS held
        JOIN restraint AS r ON r.record_id = held.record_id
        WHERE held.customer_id = c.customer_id
            AND r.kind = 'restriction'
            AND r.lifted_at IS NULL
            AND (r.ends_on IS NULL OR r.ends_on >= CAST(:today AS date))
    )
ORDER BY c.customer_id
