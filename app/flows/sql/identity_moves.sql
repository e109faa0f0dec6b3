-- Purpose: how a customer came to be: who moved when and why, and what turned out to be nobody's,
--          of every record that was ever with one of its ids.
-- Parameters: customer_ids uuid[] (the current id and those it answers for); most int.
-- Result: at, what (moved, generic_value, generic_record), record_id, from_customer_id,
--         to_customer_id, cause, actor (of a person's decision or word), type (of a value); in order.
-- Index: ix_identity_log_to_customer_id, ix_identity_log_record_id, pk_identity_decision,
--        pk_identity_word, ix_review_sides, ix_review_identifier_key.
WITH ever AS (
    SELECT DISTINCT l.record_id
    FROM identity_log AS l
    WHERE l.to_customer_id = ANY(CAST(:customer_ids AS uuid[]))
),
steps AS (
    SELECT
        l.logged_at AS at,
        l.log_id AS tie,
        'moved' AS what,
        l.record_id,
        l.from_customer_id,
        l.to_customer_id,
        l.cause,
        coalesce(d.actor, w.actor) AS actor,
        CAST(NULL AS text) AS type
    FROM ever AS e
    JOIN identity_log AS l ON l.record_id = e.record_id
    LEFT JOIN identity_decision AS d ON d.identity_decision_id = l.cause_id
    LEFT JOIN identity_word AS w ON w.word_id = l.cause_id
    WHERE l.to_customer_id = ANY(CAST(:customer_ids AS uuid[]))
        OR l.from_customer_id = ANY(CAST(:customer_ids AS uuid[]))
    UNION ALL
    SELECT r.opened_at, r.review_id, r.kind, held.record_id, NULL, NULL, 'evidence', NULL,
        r.details ->> 'type'
    FROM ever AS held
    JOIN record_identifier AS n ON n.record_id = held.record_id
    JOIN review AS r ON r.identifier_key = n.identifier_key AND r.kind = 'generic_value'
    UNION ALL
    SELECT r.opened_at, r.review_id, r.kind, held.record_id, NULL, NULL, 'evidence', NULL, NULL
    FROM ever AS held
    JOIN review AS r ON r.sides && ARRAY[held.record_id] AND r.kind = 'generic_record'
)
SELECT s.at, s.what, s.record_id, s.from_customer_id, s.to_customer_id, s.cause, s.actor, s.type
FROM steps AS s
ORDER BY s.at, s.tie
LIMIT CAST(:most AS int)
