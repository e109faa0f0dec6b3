-- Purpose: everything that happened with a customer, newest first: facts told, moments of contact,
--          what was decided and what came of it.
-- Parameters: customer_id uuid; before timestamptz and before_id text (where the last page ended,
--             null for the first); most int.
-- Result: kind, id, occurred_at, channel, what, details (JSON or null).
-- Index: ix_membership_customer_id, ix_event_record_id_occurred_at,
--        ix_touchpoint_record_id_occurred_at, ix_decision_record_id_decided_at, ix_outcome_record_id.
WITH mine AS (
    SELECT m.record_id FROM membership AS m WHERE m.customer_id = CAST(:customer_id AS uuid)
),
everything AS (
    SELECT
        'event' AS kind,
        CAST(e.event_id AS text) AS id,
        e.occurred_at,
        e.payload -> 'data' ->> 'channel' AS channel,
        e.type AS what,
        e.payload -> 'data' AS details
    FROM mine
    JOIN event AS e ON e.record_id = mine.record_id
    UNION ALL
    SELECT 'touchpoint', CAST(t.touchpoint_id AS text), t.occurred_at, t.channel, t.direction,
        t.context
    FROM mine
    JOIN touchpoint AS t ON t.record_id = mine.record_id
    UNION ALL
    SELECT 'decision', CAST(d.decision_id AS text), d.decided_at, d.channel, d.action_key, NULL
    FROM mine
    JOIN decision AS d ON d.record_id = mine.record_id
    WHERE d.action_key IS NOT NULL
    UNION ALL
    SELECT 'outcome', encode(o.outcome_key, 'hex'), o.occurred_at, NULL, o.outcome, o.details
    FROM mine
    JOIN outcome AS o ON o.record_id = mine.record_id
)
SELECT e.kind, e.id, e.occurred_at, e.channel, e.what, e.details
FROM everything AS e
WHERE CAST(:before AS timestamptz) IS NULL
    OR (e.occurred_at, e.id) < (CAST(:before AS timestamptz), CAST(:before_id AS text))
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT CAST(:most AS int)
