-- Purpose: let identifiers be what the rules of today make of them: their state, and their names
--          moved to another identifier where the canonical value is another one now.
-- Parameters: keys, new_keys bytea[]; parties, states text[] (one an identifier; the new key exists
--             and is locked, and is the old one where the value stays).
-- Result: none.
-- Index: pk_identifier, pk_record_identifier.
WITH told AS (
    SELECT n.key, n.new_key, n.party, n.state
    FROM unnest(
        CAST(:keys AS bytea[]),
        CAST(:new_keys AS bytea[]),
        CAST(:parties AS text[]),
        CAST(:states AS text[])
    ) AS n (key, new_key, party, state)
),
kept AS (
    UPDATE identifier AS i SET party = t.party, state = t.state
    FROM told AS t
    WHERE i.identifier_key = t.key AND t.key = t.new_key
),
moved AS (
    INSERT INTO record_identifier AS l
        (identifier_key, record_id, assurance, unnamed, first_seen_at, last_seen_at, denied_at)
    SELECT
        t.new_key,
        o.record_id,
        max(o.assurance),
        bool_or(o.unnamed),
        min(o.first_seen_at),
        max(o.last_seen_at),
        max(o.denied_at)
    FROM told AS t
    JOIN record_identifier AS o ON o.identifier_key = t.key
    WHERE t.key <> t.new_key
    GROUP BY t.new_key, o.record_id
    ON CONFLICT (identifier_key, record_id) DO UPDATE SET
        assurance = greatest(l.assurance, excluded.assurance),
        unnamed = l.unnamed OR excluded.unnamed,
        first_seen_at = least(l.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(l.last_seen_at, excluded.last_seen_at),
        denied_at = greatest(l.denied_at, excluded.denied_at)
),
left_behind AS (
    DELETE FROM record_identifier AS o
    USING told AS t
    WHERE o.identifier_key = t.key AND t.key <> t.new_key
)
DELETE FROM identifier AS i
USING told AS t
WHERE i.identifier_key = t.key AND t.key <> t.new_key
