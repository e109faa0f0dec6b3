-- Purpose: restrain the use or the erasure of every record a customer has now.
-- Parameters: restraint_id uuid; record_ids uuid[]; kind, reason, actor text; starts_at timestamptz;
--             ends_on date or null.
-- Result: none.
INSERT INTO restraint (restraint_id, record_id, kind, reason, starts_at, ends_on, actor)
SELECT
    CAST(:restraint_id AS uuid),
    n.record_id,
    CAST(:kind AS text),
    CAST(:reason AS text),
    CAST(:starts_at AS timestamptz),
    CAST(:ends_on AS date),
    CAST(:actor AS text)
FROM unnest(CAST(:record_ids AS uuid[])) AS n (record_id)
