-- Purpose: make the edges between records of locked components what they were just judged to be;
--          nothing is written of an edge that is so already.
-- Parameters: record_ids uuid[] (every record of the components); epoch int;
--             lows, highs uuid[], kinds text[], millibits int[], breakdowns text[] (one an edge).
-- Result: changed, how many edges were written or deleted.
-- Index: pk_edge (both ends of an edge are in one component, so the lower finds it).
WITH told AS (
    SELECT n.record_lo, n.record_hi, n.kind, n.millibits, CAST(n.breakdown AS jsonb) AS breakdown
    FROM unnest(
        CAST(:lows AS uuid[]),
        CAST(:highs AS uuid[]),
        CAST(:kinds AS text[]),
        CAST(:millibits AS int[]),
        CAST(:breakdowns AS text[])
    ) AS n (record_lo, record_hi, kind, millibits, breakdown)
),
stored AS (
    SELECT e.record_lo, e.record_hi, e.epoch, e.kind, e.millibits, e.breakdown
    FROM edge AS e
    WHERE e.record_lo = ANY(CAST(:record_ids AS uuid[]))
),
gone AS (
    DELETE FROM edge AS e
    USING (
        SELECT s.record_lo, s.record_hi FROM stored AS s
        EXCEPT
        SELECT t.record_lo, t.record_hi FROM told AS t
    ) AS d
    WHERE e.record_lo = d.record_lo AND e.record_hi = d.record_hi
    RETURNING 1
),
judged AS (
    INSERT INTO edge AS e (record_lo, record_hi, epoch, kind, millibits, breakdown)
    SELECT t.record_lo, t.record_hi, CAST(:epoch AS int), t.kind, t.millibits, t.breakdown
    FROM told AS t
    LEFT JOIN stored AS s ON s.record_lo = t.record_lo AND s.record_hi = t.record_hi
    WHERE (s.epoch, s.kind, s.millibits, s.breakdown)
        IS DISTINCT FROM (CAST(:epoch AS int), t.kind, t.millibits, t.breakdown)
    ON CONFLICT (record_lo, record_hi) DO UPDATE SET
        epoch = excluded.epoch,
        kind = excluded.kind,
        millibits = excluded.millibits,
        breakdown = excluded.breakdown
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM judged) AS changed
