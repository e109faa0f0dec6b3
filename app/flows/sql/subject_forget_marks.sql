-- Purpose: take a person out of what is kept about them beside the facts: the words in which people
--          gave a reason for a merge or split, what waits to be told of them, what restrained the use
--          of their records, and their id in the register of requests (its keyed pseudonym stays).
-- Parameters: record_ids uuid[]; customer_ids uuid[] (every id that is erased with them).
-- Result: none.
-- Index: ix_identity_side_record_id, ix_restraint_record_id, ix_subject_request_customer_id.
WITH unsaid AS (
    UPDATE identity_decision AS d
    SET reason = NULL
    WHERE d.reason IS NOT NULL
        AND d.identity_decision_id IN (
            SELECT s.identity_decision_id
            FROM identity_side AS s
            WHERE s.record_id = ANY(CAST(:record_ids AS uuid[]))
        )
),
untold AS (
    DELETE FROM outbox AS o
    WHERE o.ids ->> 'customer_id' = ANY(CAST(CAST(:customer_ids AS uuid[]) AS text[]))
),
unrestrained AS (
    DELETE FROM restraint AS r
    WHERE r.record_id = ANY(CAST(:record_ids AS uuid[]))
)
UPDATE subject_request AS q
SET customer_id = NULL
WHERE q.customer_id = ANY(CAST(:customer_ids AS uuid[]))
