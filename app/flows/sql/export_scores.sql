-- Purpose: the numbers that scores are read from, of every customer and as of one day; of nobody
--          whose data may only be stored.
-- Parameters: today date; window_days int.
-- Result: customer_id and the columns of differentiate's numbers_of.sql, one row a customer that is
--         not anonymous, in the order of customer_id.
-- Index: ix_restraint_record_id; it reads everybody once.
SELECT
    c.customer_id,
    min(d.business_on) FILTER (WHERE d.purchases > 0) AS first_on,
    max(d.business_on) FILTER (WHERE d.purchases > 0) AS last_on,
    count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0) AS purchase_days_lifetime,
    count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0 AND d.business_on >= w.opens_on)
        AS purchase_days_window,
    coalesce(sum(d.purchases) FILTER (WHERE d.business_on >= w.opens_on), 0) AS purchases_window,
    coalesce(sum(d.net) FILTER (WHERE d.business_on >= w.opens_on), 0) AS net_window,
    coalesce(sum(d.cost) FILTER (WHERE d.business_on >= w.opens_on), 0) AS cost_window,
    coalesce(
        sum(d.net) FILTER (WHERE d.business_on >= w.opened_on AND d.business_on < w.opens_on), 0
    ) AS net_previous
FROM customer AS c
JOIN membership AS m ON m.customer_id = c.customer_id
CROSS JOIN (
    SELECT
        CAST(:today AS date) - CAST(:window_days AS int) + 1 AS opens_on,
        CAST(:today AS date) - 2 * CAST(:window_days AS int) + 1 AS opened_on
) AS w
LEFT JOIN day_bucket AS d ON d.record_id = m.record_id
WHERE NOT c.anonymous
    AND NOT EXISTS (
        SELECT 1
        FROM membership AS held
        JOIN restraint AS r ON r.record_id = held.record_id
        WHERE held.customer_id = c.customer_id
            AND r.kind = 'restriction'
            AND r.lifted_at IS NULL
            AND (r.ends_on IS NULL OR r.ends_on >= CAST(:today AS date))
    )
GROUP BY c.customer_id
ORDER BY c.customer_id
