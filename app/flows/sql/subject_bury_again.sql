-- Purpose: leave the tombstones of a ledger again, as they were left the first time.
-- Parameters: kinds text[], keys bytea[], erased timestamptz[] (one a tombstone).
-- Result: key_hash of each that was not there.
-- Index: pk_erasure_tombstone.
INSERT INTO erasure_tombstone (kind, key_hash, erased_at)
SELECT n.kind, n.key_hash, n.erased_at
FROM unnest(
    CAST(:kinds AS text[]),
    CAST(:keys AS bytea[]),
    CAST(:erased AS timestamptz[])
) AS n (kind, key_hash, erased_at)
ORDER BY n.key_hash
ON CONFLICT (key_hash) DO NOTHING
RETURNING key_hash
