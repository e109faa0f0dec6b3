-- Purpose: take each order for this transaction, in key order; the entry with ordinal 0 is its lock.
--          One that nobody knew is filed at once as what is told of it means, so that most orders
--          are written once; one that is known keeps what it has until it is settled again.
-- Parameters: group_keys text (of bytea[]); records uuid[], days text (of date[]) (nullable both),
--             purchases text (of int[]), nets, costs, discounts text (of numeric[]): what is told of
--             each means.
-- Result: group_key of each order that was known.
-- Index: pk_trade_entry.
WITH taken AS (
    INSERT INTO trade_entry AS e
        (group_key, ordinal, record_id, business_on, purchases, net, cost, discount)
    SELECT n.group_key, 0, n.record_id, n.business_on, n.purchases, n.net, n.cost, n.discount
    FROM unnest(
        CAST(CAST(:group_keys AS text) AS bytea[]),
        CAST(:records AS uuid[]),
        CAST(CAST(:days AS text) AS date[]),
        CAST(CAST(:purchases AS text) AS int[]),
        CAST(CAST(:nets AS text) AS numeric[]),
        CAST(CAST(:costs AS text) AS numeric[]),
        CAST(CAST(:discounts AS text) AS numeric[])
    ) AS n (group_key, record_id, business_on, purchases, net, cost, discount)
    ORDER BY n.group_key
    ON CONFLICT (group_key, ordinal) DO UPDATE SET ordinal = e.ordinal
    -- A row just made has been locked by nobody; one that was there is, by this statement.
    RETURNING e.group_key, e.xmax <> 0 AS known
)
SELECT t.group_key FROM taken AS t WHERE t.known
