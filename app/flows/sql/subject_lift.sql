-- Purpose: lift a restraint from every record it hangs on; one lifted before stays as it was.
-- Parameters: restraint_id uuid; now timestamptz; actor text.
-- Result: none.
-- Index: pk_restraint.
UPDATE restraint AS r
SET lifted_at = CAST(:now AS timestamptz), lifted_by = CAST(:actor AS text)
WHERE r.restraint_id = CAST(:restraint_id AS uuid) AND r.lifted_at IS NULL
