-- Purpose: re-read the cache of customers whose records or buckets changed; a customer without
--          records has none.  Purchase days are distinct over the union of a customer's records.
-- Parameters: customer_ids uuid[]; now timestamptz.
-- Result: none.
-- Index: ix_membership_customer_id, pk_day_bucket, pk_customer_stat.
WITH asked AS (
    SELECT n.customer_id FROM unnest(CAST(:customer_ids AS uuid[])) AS n (customer_id)
),
sums AS (
    SELECT
        m.customer_id,
        min(d.business_on) FILTER (WHERE d.purchases > 0) AS first_on,
        max(d.business_on) FILTER (WHERE d.purchases > 0) AS last_on,
        count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0) AS purchase_days,
        sum(d.purchases) AS purchases,
        sum(d.net) AS net,
        sum(d.cost) AS cost
    FROM asked AS a
    JOIN membership AS m ON m.customer_id = a.customer_id
    JOIN day_bucket AS d ON d.record_id = m.record_id
    GROUP BY m.customer_id
),
gone AS (
    DELETE FROM customer_stat AS c
    USING asked AS a
    WHERE c.customer_id = a.customer_id
        AND NOT EXISTS (SELECT 1 FROM sums AS s WHERE s.customer_id = a.customer_id)
)
INSERT INTO customer_stat AS c
    (customer_id, first_on, last_on, purchase_days, purchases, net, cost, refreshed_at)
SELECT s.customer_id, s.first_on, s.last_on, s.purchase_days, s.purchases, s.net, s.cost,
    CAST(:now AS timestamptz)
FROM sums AS s
ON CONFLICT (customer_id) DO UPDATE SET
    first_on = excluded.first_on,
    last_on = excluded.last_on,
    purchase_days = excluded.purchase_days,
    purchases = excluded.purchases,
    net = excluded.net,
    cost = excluded.cost,
    refreshed_at = excluded.refreshed_at
