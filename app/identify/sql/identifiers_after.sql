-- Purpose: the next identifiers in the order of their keys, to be read again by the rules of today.
-- Parameters: after bytea; most int.
-- Result: identifier_key, type, scope, value (personal), party, state.
-- Index: pk_identifier.
SELECT i.identifier_key, i.type, i.scope, i.value, i.party, i.state
FROM identifier AS i
WHERE i.identifier_key > CAST(:after AS bytea)
ORDER BY i.identifier_key
LIMIT CAST(:most AS int)
