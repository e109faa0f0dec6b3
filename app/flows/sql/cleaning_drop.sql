-- Purpose: make room for a new round: the open one of its kind goes, and ended ones that only
--          counted, which say nothing that their counts do not.
-- Parameters: counting boolean (rounds that only count, or whole ones).
-- Result: none.
-- Index: none; cleaning_round is small.
DELETE FROM cleaning_round AS r
WHERE (r.first_step = 'quality') = CAST(:counting AS boolean)
    AND (r.finished_at IS NULL OR r.first_step = 'quality')
