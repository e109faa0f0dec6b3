-- Purpose: a moment of contact as it was asked about and answered last.
-- Parameters: touchpoint_id uuid.
-- Result: touchpoint_id, interaction_key, record_id, channel, direction, occurred_at, identifier_keys
--         bytea[] or null, context, answer, ask (JSON text; ask is null where nothing was decided).
-- Index: pk_touchpoint, ix_decision_record_id_decided_at.
SELECT
    t.touchpoint_id,
    t.interaction_key,
    t.record_id,
    t.channel,
    t.direction,
    t.occurred_at,
    t.identifier_keys,
    CAST(t.context AS text) AS context,
    CAST(t.answer AS text) AS answer,
    (
        SELECT CAST(d.inputs -> 'ask' AS text)
        FROM decision AS d
        WHERE d.record_id = t.record_id
            AND d.decided_at >= t.occurred_at
            AND d.touchpoint_id = t.touchpoint_id
        ORDER BY d.decided_at DESC, d.decision_id DESC
        LIMIT 1
    ) AS ask
FROM touchpoint AS t
WHERE t.touchpoint_id = CAST(:touchpoint_id AS uuid)
