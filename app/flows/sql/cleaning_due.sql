-- Purpose: what is there to say whether a round of cleaning has to begin, or to go on?
-- Parameters: counting boolean (of rounds that only count, or of whole ones).
-- Result: one row: the open round (round_id, rules, first_step, step, after, found jsonb, began_at,
--         moved_at; all null where none is), last_began_at of the whole rounds that ended,
--         counted_at of the data's quality, rules_in_use.
-- Index: uq_cleaning_round_open, pk_data_quality, uq_epoch_active; cleaning_round is small.
SELECT
    o.round_id,
    o.rules,
    o.first_step,
    o.step,
    o.after,
    o.found,
    o.began_at,
    o.moved_at,
    (
        SELECT max(r.began_at)
        FROM cleaning_round AS r
        WHERE r.finished_at IS NOT NULL AND r.first_step <> 'quality'
    ) AS last_began_at,
    (SELECT min(q.counted_at) FROM data_quality AS q) AS counted_at,
    CAST(e.model ->> 'normaliser' AS int) AS rules_in_use
FROM epoch AS e
LEFT JOIN cleaning_round AS o
    ON o.finished_at IS NULL AND (o.first_step = 'quality') = CAST(:counting AS boolean)
WHERE e.status = 'active'
