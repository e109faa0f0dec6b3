-- Purpose: every tombstone there is, for the ledger that outlives this database.
-- Parameters: none.
-- Result: kind, key_hash, erased_at, in the order in which they were left.
-- Index: none, it reads the whole table.
SELECT t.kind, t.key_hash, t.erased_at
FROM erasure_tombstone AS t
ORDER BY t.erased_at, t.kind DESC, t.key_hash
