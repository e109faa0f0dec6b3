-- Purpose: book what was learnt: the labels decisions have now, and the counts they moved.
-- Parameters: decision_ids uuid[], labels int[] (nullable; one a decision whose label changed);
--             actions, segments text[], trials, successes int[] (what each locked cell gains or
--             loses).
-- Result: none.
-- Index: pk_decision, pk_propensity.
WITH told AS (
    UPDATE decision AS d SET label = n.label
    FROM unnest(CAST(:decision_ids AS uuid[]), CAST(:labels AS int[])) AS n (decision_id, label)
    WHERE d.decision_id = n.decision_id
)
UPDATE propensity AS p SET
    trials = p.trials + n.trials,
    successes = p.successes + n.successes
FROM unnest(
    CAST(:actions AS text[]),
    CAST(:segments AS text[]),
    CAST(:trials AS int[]),
    CAST(:successes AS int[])
) AS n (action_key, segment, trials, successes)
WHERE p.action_key = n.action_key AND p.segment = n.segment
