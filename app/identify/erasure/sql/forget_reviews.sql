-- Purpose: delete what was asked and said about erased records and about values nobody holds now.
-- Parameters: record_ids uuid[]; identifier_keys bytea[] (freed by the erasure).
-- Result: none.
-- Index: ix_review_sides, ix_review_verdict_review_id, ix_identity_word_record_id,
--        ix_identity_word_link_record_id, pk_identity_word_link.
WITH gone AS (
    DELETE FROM review AS r
    WHERE r.sides && CAST(:record_ids AS uuid[])
        OR r.identifier_key = ANY(CAST(:identifier_keys AS bytea[]))
    RETURNING r.review_id
),
unsaid AS (
    DELETE FROM review_verdict AS v WHERE v.review_id IN (SELECT g.review_id FROM gone AS g)
),
unlinked AS (
    DELETE FROM identity_word_link AS l
    WHERE l.record_id = ANY(CAST(:record_ids AS uuid[]))
)
DELETE FROM identity_word AS w WHERE w.record_id = ANY(CAST(:record_ids AS uuid[]))
