-- Purpose: every moment of contact that we were asked about: what was told of it, and what we said of
--          this customer.  Whom else the number might have been is not told.
-- Parameters: customer_id uuid.
-- Result: touchpoint_id, occurred_at, channel, direction, context text (JSON), state, display_name,
--         selling text; oldest first.
-- Index: ix_membership_customer_id, ix_touchpoint_record_id_occurred_at.
SELECT
    t.touchpoint_id,
    t.occurred_at,
    t.channel,
    t.direction,
    CAST(t.context AS text) AS context,
    t.answer -> 'customer' ->> 'state' AS state,
    t.answer -> 'customer' ->> 'display_name' AS display_name,
    t.answer -> 'selling_allowed' ->> 'sentence' AS selling
FROM membership AS m
JOIN touchpoint AS t ON t.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY t.occurred_at, t.touchpoint_id
