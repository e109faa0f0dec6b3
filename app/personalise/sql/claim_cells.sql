-- Purpose: lock the cells that will learn, in key order, making those that are new.
-- Parameters: actions, segments text[].
-- Result: none.
-- Index: pk_propensity.
INSERT INTO propensity AS p (action_key, segment, trials, successes)
SELECT n.action_key, n.segment, 0, 0
FROM unnest(CAST(:actions AS text[]), CAST(:segments AS text[])) AS n (action_key, segment)
ORDER BY n.action_key, n.segment
ON CONFLICT (action_key, segment) DO UPDATE SET trials = p.trials
