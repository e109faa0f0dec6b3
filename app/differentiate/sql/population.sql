-- Purpose: the numbers of every customer, as of one day, for freezing a yardstick: what came after
--          that day is left out.
-- Parameters: today date; window_days int.
-- Result: the columns of numbers_of.sql, one row a customer that is not anonymous.
-- Index: none, it reads everybody once.
SELECT
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
LEFT JOIN day_bucket AS d
    ON d.record_id = m.record_id AND d.business_on <= CAST(:today AS date)
WHERE NOT c.anonymous
GROUP BY c.customer_id
