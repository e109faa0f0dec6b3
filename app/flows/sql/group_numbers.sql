-- Purpose: what sets of records bought, were each of them one customer: for previews of what a
--          decision about identity would make of the numbers.
-- Parameters: group_numbers int[], record_ids uuid[] (one a record in a group).
-- Result: group_number, first_on, last_on, purchase_days (distinct), purchases, net; no row for a
--         group that bought nothing.
-- Index: pk_day_bucket.
SELECT
    g.group_number,
    min(d.business_on) FILTER (WHERE d.purchases > 0) AS first_on,
    max(d.business_on) FILTER (WHERE d.purchases > 0) AS last_on,
    count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0) AS purchase_days,
    sum(d.purchases) AS purchases,
    sum(d.net) AS net
FROM unnest(CAST(:group_numbers AS int[]), CAST(:record_ids AS uuid[])) AS g (group_number, record_id)
JOIN day_bucket AS d ON d.record_id = g.record_id
GROUP BY g.group_number
