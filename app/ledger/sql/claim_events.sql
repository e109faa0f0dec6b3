-- Purpose: take the once-for-ever identity of each event, and lock the sales that others refer to.
--          One statement in key order: the same event sent twice at once waits here and is then a
--          duplicate.  A key that is only referred to is stored without content, so that a refund
--          and its sale cannot pass each other unseen.
-- Parameters: keys text (of bytea[]); event_ids uuid[], contents, people text (of bytea[]), records
--             uuid[] — null in all four for a key only referred to.
-- Result: event_key of every key that this transaction wrote, and whether it was awaited: referred
--         to before now.
-- Index: pk_event_key.
INSERT INTO event_key AS k (event_key, event_id, content_hash, person_hash, record_id)
SELECT n.event_key, n.event_id, n.content_hash, n.person_hash, n.record_id
FROM unnest(
    CAST(CAST(:keys AS text) AS bytea[]),
    CAST(:event_ids AS uuid[]),
    CAST(CAST(:contents AS text) AS bytea[]),
    CAST(CAST(:people AS text) AS bytea[]),
    CAST(:records AS uuid[])
) AS n (event_key, event_id, content_hash, person_hash, record_id)
ORDER BY n.event_key
ON CONFLICT (event_key) DO UPDATE SET
    event_id = excluded.event_id,
    content_hash = excluded.content_hash,
    person_hash = excluded.person_hash,
    record_id = excluded.record_id
WHERE k.content_hash IS NULL AND excluded.content_hash IS NOT NULL
-- A row just made has been locked by nobody; one that was there is, by this statement.
RETURNING k.event_key, k.xmax <> 0 AS awaited
