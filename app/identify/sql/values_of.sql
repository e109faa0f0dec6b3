-- Purpose: the values behind identifier keys, where digits have to be compared.
-- Parameters: identifier_keys bytea[].
-- Result: identifier_key, type, scope, value (personal), party, state.
-- Index: pk_identifier.
SELECT i.identifier_key, i.type, i.scope, i.value, i.party, i.state
FROM identifier AS i
WHERE i.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
