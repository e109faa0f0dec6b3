-- Purpose: take each order for this transaction, in key order; the entry with ordinal 0 is its lock.
-- Parameters: group_keys bytea[].
-- Result: none.
-- Index: pk_trade_entry.
INSERT INTO trade_entry AS e (group_key, ordinal, purchases, net, cost, discount)
SELECT n.group_key, 0, 0, 0, 0, 0
FROM unnest(CAST(:group_keys AS bytea[])) AS n (group_key)
ORDER BY n.group_key
ON CONFLICT (group_key, ordinal) DO UPDATE SET ordinal = e.ordinal
