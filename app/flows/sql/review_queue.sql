-- Purpose: the reviews to look at, what is most worth it first: value at stake times uncertainty.
-- Parameters: states text[]; kind text or null; most int; rank numeric and review_id uuid (where the
--             last page ended, null for the first).
-- Result: the columns of find_review.sql; stake (net bought by the customers involved, never less
--         than nothing), rank.
-- Index: ix_review_state_opened_at, pk_membership, pk_customer_stat, pk_record_identifier,
--        ix_review_verdict_review_id.  All reviews of these states are weighed for each page, each of
--        their records looked up once; asked one review at a time, each would read all memberships.
WITH asked AS (
    SELECT r.*
    FROM review AS r
    WHERE r.state = ANY(CAST(:states AS text[]))
        AND (CAST(:kind AS text) IS NULL OR r.kind = CAST(:kind AS text))
),
about AS (
    SELECT a.review_id, side.record_id
    FROM asked AS a
    CROSS JOIN LATERAL unnest(a.sides) AS side (record_id)
    UNION
    SELECT a.review_id, held.record_id
    FROM asked AS a
    CROSS JOIN LATERAL (
        SELECT l.record_id
        FROM record_identifier AS l
        WHERE l.identifier_key = a.identifier_key
        ORDER BY l.record_id
        LIMIT 50
    ) AS held
    WHERE a.kind = 'generic_value'
),
involved AS (
    SELECT DISTINCT b.review_id, m.customer_id
    FROM about AS b
    JOIN membership AS m ON m.record_id = b.record_id
),
staked AS (
    SELECT i.review_id, sum(greatest(s.net, 0)) AS stake
    FROM involved AS i
    JOIN customer_stat AS s ON s.customer_id = i.customer_id
    GROUP BY i.review_id
),
weighed AS (
    SELECT
        a.*,
        coalesce(s.stake, 0) AS stake,
        CAST((1 + coalesce(s.stake, 0)) * CAST(a.uncertainty AS numeric) AS numeric(30, 4)) AS rank
    FROM asked AS a
    LEFT JOIN staked AS s ON s.review_id = a.review_id
),
page AS (
    SELECT w.*
    FROM weighed AS w
    WHERE CAST(:rank AS numeric) IS NULL
        OR w.rank < CAST(:rank AS numeric)
        OR w.rank = CAST(:rank AS numeric) AND w.review_id > CAST(:review_id AS uuid)
    ORDER BY w.rank DESC, w.review_id
    LIMIT CAST(:most AS int)
)
SELECT
    p.review_id,
    p.kind,
    p.state,
    p.identifier_key,
    p.sides,
    CAST(p.details AS text) AS details,
    p.fingerprint,
    p.uncertainty,
    p.opened_at,
    told.verdict,
    told.identity_decision_id,
    told.actor,
    told.reason,
    told.decided_at,
    p.stake,
    p.rank
FROM page AS p
LEFT JOIN LATERAL (
    SELECT said.*
    FROM review_verdict AS said
    WHERE said.review_id = p.review_id
    ORDER BY said.decided_at DESC, said.verdict_id DESC
    LIMIT 1
) AS told ON TRUE
ORDER BY p.rank DESC, p.review_id
