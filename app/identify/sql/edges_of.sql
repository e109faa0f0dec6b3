-- Purpose: what the evidence says about a customer's records: between them, and to their neighbours.
-- Parameters: record_ids uuid[] (the customer's); near uuid[] (these and another customer's: what is
--             between them comes first); most int.
-- Result: record_lo, record_hi, epoch, kind, millibits, breakdown, customer_lo, customer_hi,
--         in_all (how many there are, those past ``most`` too); what weighs most first.
-- Index: pk_edge, ix_edge_record_hi, pk_membership.
SELECT
    e.record_lo,
    e.record_hi,
    e.epoch,
    e.kind,
    e.millibits,
    e.breakdown,
    lo.customer_id AS customer_lo,
    hi.customer_id AS customer_hi,
    count(*) OVER () AS in_all
FROM edge AS e
JOIN membership AS lo ON lo.record_id = e.record_lo
JOIN membership AS hi ON hi.record_id = e.record_hi
WHERE e.record_lo = ANY(CAST(:record_ids AS uuid[]))
    OR e.record_hi = ANY(CAST(:record_ids AS uuid[]))
ORDER BY
    e.record_lo = ANY(CAST(:near AS uuid[])) AND e.record_hi = ANY(CAST(:near AS uuid[])) DESC,
    e.millibits DESC,
    e.record_lo,
    e.record_hi
LIMIT CAST(:most AS int)
