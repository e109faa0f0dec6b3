-- Purpose: what a customer's records bought, as of one day.  Read, never stored: recency and the
--          window move with the calendar, and no write is needed for that.
-- Parameters: customer_id uuid; today date; window_days int; until date or null (what came after
--             is left out: a look at the past).
-- Result: one row: first_on, last_on, purchase_days_lifetime, purchase_days_window,
--         purchases_window, net_window, cost_window, net_previous.
-- Index: ix_membership_customer_id, pk_day_bucket.
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
FROM (
    SELECT
        CAST(:today AS date) - CAST(:window_days AS int) + 1 AS opens_on,
        CAST(:today AS date) - 2 * CAST(:window_days AS int) + 1 AS opened_on
) AS w
LEFT JOIN (
    SELECT b.business_on, b.purchases, b.net, b.cost
    FROM membership AS m
    JOIN day_bucket AS b ON b.record_id = m.record_id
    WHERE m.customer_id = CAST(:customer_id AS uuid)
        AND b.business_on <= coalesce(CAST(:until AS date), CAST('infinity' AS date))
) AS d ON TRUE
