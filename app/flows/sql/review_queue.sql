-- Purpose: the reviews to look at, what is most worth it first: value at stake times uncertainty.
-- Parameters: states text[]; kind text or null; most int; rank numeric and review_id uuid (where the
--             last page ended, null for the first).
-- Result: the columns of find_review.sql; stake (net bought by the customers involved, never less
--         than nothing), rank.
-- Index: ix_review_state_opened_at, pk_membership, pk_customer_stat, pk_record_identifier,
--        ix_review_verdict_review_id.
WITH weighed AS (
    SELECT
        r.*,
        v.stake,
        CAST((1 + v.stake) * CAST(r.uncertainty AS numeric) AS numeric(30, 4)) AS rank
    FROM review AS r
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(greatest(s.net, 0)), 0) AS stake
        FROM (
            SELECT DISTINCT m.customer_id
            FROM membership AS m
            WHERE m.record_id = ANY(r.sides)
                OR r.kind = 'generic_value' AND m.record_id IN (
                    SELECT l.record_id
                    FROM record_identifier AS l
                    WHERE l.identifier_key = r.identifier_key
                    ORDER BY l.record_id
                    LIMIT 50
                )
        ) AS involved
        JOIN customer_stat AS s ON s.customer_id = involved.customer_id
    ) AS v
    WHERE r.state = ANY(CAST(:states AS text[]))
        AND (CAST(:kind AS text) IS NULL OR r.kind = CAST(:kind AS text))
)
SELECT
    w.review_id,
    w.kind,
    w.state,
    w.identifier_key,
    w.sides,
    CAST(w.details AS text) AS details,
    w.fingerprint,
    w.uncertainty,
    w.opened_at,
    told.verdict,
    told.identity_decision_id,
    told.actor,
    told.reason,
    told.decided_at,
    w.stake,
    w.rank
FROM weighed AS w
LEFT JOIN LATERAL (
    SELECT said.*
    FROM review_verdict AS said
    WHERE said.review_id = w.review_id
    ORDER BY said.decided_at DESC, said.verdict_id DESC
    LIMIT 1
) AS told ON TRUE
WHERE CAST(:rank AS numeric) IS NULL
    OR w.rank < CAST(:rank AS numeric)
    OR w.rank = CAST(:rank AS numeric) AND w.review_id > CAST(:review_id AS uuid)
ORDER BY w.rank DESC, w.review_id
LIMIT CAST(:most AS int)
