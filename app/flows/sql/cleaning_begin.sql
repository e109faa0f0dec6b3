-- Purpose: begin a round of cleaning, unless one of its kind is open.
-- Parameters: round_id uuid; rules int; first_step text; now timestamptz.
-- Result: none.
-- Index: uq_cleaning_round_open.
INSERT INTO cleaning_round (round_id, rules, first_step, step, found, began_at, moved_at)
VALUES (
    CAST(:round_id AS uuid),
    CAST(:rules AS int),
    CAST(:first_step AS text),
    CAST(:first_step AS text),
    '{}',
    CAST(:now AS timestamptz),
    CAST(:now AS timestamptz)
)
ON CONFLICT DO NOTHING
