-- Purpose: let these be the counts that are shown.
-- Parameters: measures text[], counts bigint[], of one length, no measure twice; now timestamptz.
-- Result: none.
-- Index: pk_data_quality.
INSERT INTO data_quality AS q (measure, found, counted_at)
SELECT n.measure, n.found, CAST(:now AS timestamptz)
FROM unnest(CAST(:measures AS text[]), CAST(:counts AS bigint[])) AS n (measure, found)
ORDER BY n.measure
ON CONFLICT (measure) DO UPDATE SET found = excluded.found, counted_at = excluded.counted_at
