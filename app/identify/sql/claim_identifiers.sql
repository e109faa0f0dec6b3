-- Purpose: take each identifier for this transaction, making those that are new.  One statement in
--          key order: two transactions that name the same identifiers queue, and never deadlock.
-- Parameters: keys text (of bytea[]); types, scopes, person_values, parties, states text (of
--             text[]).
-- Result: identifier_key, state as stored (a value past its epoch's limit is 'generic').
-- Index: pk_identifier.
INSERT INTO identifier AS i (identifier_key, type, scope, value, party, state)
SELECT n.key, n.type, n.scope, n.value, n.party, n.state
FROM unnest(
    CAST(CAST(:keys AS text) AS bytea[]),
    CAST(CAST(:types AS text) AS text[]),
    CAST(CAST(:scopes AS text) AS text[]),
    CAST(CAST(:person_values AS text) AS text[]),
    CAST(CAST(:parties AS text) AS text[]),
    CAST(CAST(:states AS text) AS text[])
) AS n (key, type, scope, value, party, state)
ORDER BY n.key
ON CONFLICT (identifier_key) DO UPDATE SET state = i.state
RETURNING i.identifier_key, i.state
