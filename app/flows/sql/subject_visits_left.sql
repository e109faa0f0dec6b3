-- Purpose: which of these visits did somebody else log in to?
-- Parameters: visit_keys bytea[].
-- Result: visit_key, each once.
-- Index: pk_visit_fact.
SELECT DISTINCT f.visit_key
FROM visit_fact AS f
WHERE f.visit_key = ANY(CAST(:visit_keys AS bytea[]))
