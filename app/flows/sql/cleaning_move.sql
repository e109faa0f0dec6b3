-- Purpose: keep how far a round has come, if it is still where it was taken up: two who did the same
--          slice, one of them past its lease, do not set each other back.
-- Parameters: round_id uuid; was_step text, was_after text (where it was taken up); step text (null:
--             at its end), after text, found jsonb; now timestamptz.
-- Result: round_id, or no row if it had gone on or was dropped.
-- Index: pk_cleaning_round.
UPDATE cleaning_round AS r SET
    step = CAST(:step AS text),
    after = CAST(:after AS text),
    found = CAST(:found AS jsonb),
    moved_at = CAST(:now AS timestamptz),
    finished_at = CASE WHEN CAST(:step AS text) IS NULL THEN CAST(:now AS timestamptz) END
WHERE r.round_id = CAST(:round_id AS uuid)
    AND r.step = CAST(:was_step AS text)
    AND r.after = CAST(:was_after AS text)
RETURNING r.round_id
