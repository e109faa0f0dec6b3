-- Purpose: keep what records were told that is no evidence; seen-at only widens, so the row is the
--          same in whatever order the facts come.
-- Parameters: record_ids uuid[], types, person_values, faults text[], first_seen, last_seen
--             timestamptz[]; no four twice.
-- Result: none.
-- Index: pk_unusable_identifier.
INSERT INTO unusable_identifier AS u
    (record_id, type, value, fault, first_seen_at, last_seen_at)
SELECT n.record_id, n.type, n.value, n.fault, n.first_seen_at, n.last_seen_at
FROM unnest(
    CAST(:record_ids AS uuid[]),
    CAST(:types AS text[]),
    CAST(:person_values AS text[]),
    CAST(:faults AS text[]),
    CAST(:first_seen AS timestamptz[]),
    CAST(:last_seen AS timestamptz[])
) AS n (record_id, type, value, fault, first_seen_at, last_seen_at)
ORDER BY n.record_id, n.type, n.value, n.fault
ON CONFLICT (record_id, type, value, fault) DO UPDATE SET
    first_seen_at = least(u.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at)
WHERE u.first_seen_at > excluded.first_seen_at OR u.last_seen_at < excluded.last_seen_at
