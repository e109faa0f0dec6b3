-- Purpose: keep each outcome once; a repeated one changes nothing.
-- Parameters: rows text (JSON array of outcome rows).
-- Result: outcome_key of each that is new.
-- Index: pk_outcome.
INSERT INTO outcome
SELECT * FROM jsonb_populate_recordset(CAST(NULL AS outcome), CAST(CAST(:rows AS text) AS jsonb))
ON CONFLICT (outcome_key) DO NOTHING
RETURNING outcome_key
