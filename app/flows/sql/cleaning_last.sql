-- Purpose: the whole round of cleaning that ended last; of two in one instant, the later begun.
-- Parameters: none.
-- Result: began_at, finished_at, found jsonb; no row if none has ended.
-- Index: none; cleaning_round is small.
SELECT r.began_at, r.finished_at, r.found
FROM cleaning_round AS r
WHERE r.finished_at IS NOT NULL AND r.first_step <> 'quality'
ORDER BY r.finished_at DESC, r.round_id DESC
LIMIT 1
