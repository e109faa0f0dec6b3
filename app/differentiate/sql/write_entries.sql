-- Purpose: replace what orders mean, re-read the buckets of every (record, day) they meant or mean
--          something for, and forget the buckets that are empty now.  What came in by being claimed
--          is added to its bucket: to read again all that somebody bought that day would take a
--          till's default client longer with every sale.
-- Parameters: group_keys text (of bytea[]; every order that means another thing now, also those
--             that dissolved); entry_groups text (of bytea[]), records uuid[], days text (of
--             date[]), ordinals, purchases text (of int[]), nets, costs, discounts text (of
--             numeric[]; one an entry);
--             filed_records uuid[], filed_days text (of date[]), filed_purchases text (of int[]),
--             filed_nets, filed_costs text (of numeric[]) (the entries that were filed as claimed).
-- Result: record_id of every record whose buckets are not what they were.
-- Index: pk_trade_entry, ix_trade_entry_record_id_business_on, pk_day_bucket.
WITH entries AS (
    SELECT *
    FROM unnest(
        CAST(CAST(:entry_groups AS text) AS bytea[]),
        CAST(CAST(:ordinals AS text) AS int[]),
        CAST(:records AS uuid[]),
        CAST(CAST(:days AS text) AS date[]),
        CAST(CAST(:purchases AS text) AS int[]),
        CAST(CAST(:nets AS text) AS numeric[]),
        CAST(CAST(:costs AS text) AS numeric[]),
        CAST(CAST(:discounts AS text) AS numeric[])
    ) AS n (group_key, ordinal, record_id, business_on, purchases, net, cost, discount)
),
before AS (
    SELECT e.group_key, e.ordinal, e.record_id, e.business_on
    FROM trade_entry AS e
    WHERE e.group_key = ANY(CAST(CAST(:group_keys AS text) AS bytea[]))
),
gone AS (
    DELETE FROM trade_entry AS e
    USING before AS b
    WHERE e.group_key = b.group_key AND e.ordinal = b.ordinal
        AND NOT EXISTS (
            SELECT 1 FROM entries AS n
            WHERE n.group_key = b.group_key AND n.ordinal = b.ordinal
        )
),
written AS (
    INSERT INTO trade_entry AS e
        (group_key, ordinal, record_id, business_on, purchases, net, cost, discount)
    SELECT * FROM entries
    ON CONFLICT (group_key, ordinal) DO UPDATE SET
        record_id = excluded.record_id,
        business_on = excluded.business_on,
        purchases = excluded.purchases,
        net = excluded.net,
        cost = excluded.cost,
        discount = excluded.discount
),
touched AS (
    SELECT b.record_id, b.business_on FROM before AS b
    UNION
    SELECT n.record_id, n.business_on FROM entries AS n
),
kept AS (
    -- The fence (OFFSET 0) keeps the planner to one look by index for each (record, day), however
    -- many it takes the arrays to hold: it would read all entries there are, or compare each kept
    -- one with each order.
    SELECT e.record_id, e.business_on, e.purchases, e.net, e.cost
    FROM touched AS t
    CROSS JOIN LATERAL (
        SELECT e.group_key, e.record_id, e.business_on, e.purchases, e.net, e.cost
        FROM trade_entry AS e
        WHERE e.record_id = t.record_id AND e.business_on = t.business_on
        OFFSET 0
    ) AS e
    WHERE e.group_key NOT IN (SELECT unnest(CAST(CAST(:group_keys AS text) AS bytea[])))
    UNION ALL
    SELECT n.record_id, n.business_on, n.purchases, n.net, n.cost FROM entries AS n
),
sums AS (
    SELECT t.record_id, t.business_on, count(k.net) AS parts,
        coalesce(sum(k.purchases), 0) AS purchases,
        coalesce(sum(k.net), 0) AS net,
        coalesce(sum(k.cost), 0) AS cost
    FROM touched AS t
    LEFT JOIN kept AS k ON k.record_id = t.record_id AND k.business_on = t.business_on
    WHERE t.record_id IS NOT NULL AND t.business_on IS NOT NULL
    GROUP BY t.record_id, t.business_on
),
emptied AS (
    DELETE FROM day_bucket AS d
    USING sums AS s
    WHERE s.parts = 0 AND d.record_id = s.record_id AND d.business_on = s.business_on
),
filled AS (
    INSERT INTO day_bucket AS d (record_id, business_on, purchases, net, cost)
    SELECT s.record_id, s.business_on, s.purchases, s.net, s.cost
    FROM sums AS s
    WHERE s.parts > 0
    ON CONFLICT (record_id, business_on) DO UPDATE SET
        purchases = excluded.purchases,
        net = excluded.net,
        cost = excluded.cost
),
filed AS (
    -- They are among the entries already, so a bucket that is re-read has them.
    SELECT f.record_id, f.business_on,
        sum(f.purchases) AS purchases,
        sum(f.net) AS net,
        sum(f.cost) AS cost
    FROM unnest(
        CAST(:filed_records AS uuid[]),
        CAST(CAST(:filed_days AS text) AS date[]),
        CAST(CAST(:filed_purchases AS text) AS int[]),
        CAST(CAST(:filed_nets AS text) AS numeric[]),
        CAST(CAST(:filed_costs AS text) AS numeric[])
    ) AS f (record_id, business_on, purchases, net, cost)
    WHERE f.record_id IS NOT NULL
        AND (f.record_id, f.business_on) NOT IN (SELECT s.record_id, s.business_on FROM sums AS s)
    GROUP BY f.record_id, f.business_on
),
added AS (
    INSERT INTO day_bucket AS d (record_id, business_on, purchases, net, cost)
    SELECT f.record_id, f.business_on, f.purchases, f.net, f.cost FROM filed AS f
    ON CONFLICT (record_id, business_on) DO UPDATE SET
        purchases = d.purchases + excluded.purchases,
        net = d.net + excluded.net,
        cost = d.cost + excluded.cost
)
SELECT s.record_id FROM sums AS s
UNION
SELECT f.record_id FROM filed AS f
