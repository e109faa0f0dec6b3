-- Purpose: every decision that was recorded with what came of it; nothing that it read of a person,
--          and none about anybody whose data may only be stored.
-- Parameters: today date.
-- Result: decision_id, touchpoint_id, customer_id, decided_at, channel, direction, slot, action,
--         strategy, segment, label (1, 0, null: not known yet), bundle_id, outcomes text[] (null for
--         none), in the order in which they were made.
-- Index: pk_decision, pk_membership, ix_outcome_decision_id, ix_membership_customer_id,
--        ix_restraint_record_id.
SELECT
    d.decision_id,
    d.touchpoint_id,
    m.customer_id,
    d.decided_at,
    d.channel,
    d.direction,
    d.slot,
    d.action_key AS action,
    d.strategy,
    d.segment,
    d.label,
    d.bundle_id,
    (
        SELECT array_agg(o.outcome ORDER BY o.occurred_at, o.outcome_key)
        FROM outcome AS o
        WHERE o.decision_id = d.decision_id
    ) AS outcomes
FROM decision AS d
LEFT JOIN membership AS m ON m.record_id = d.record_id
WHERE NOT EXISTS (
    SELECT 1
    FROM membership AS held
    JOIN restraint AS r ON r.record_id = held.record_id
    WHERE held.customer_id = m.customer_id
        AND r.kind = 'restriction'
        AND r.lifted_at IS NULL
        AND (r.ends_on IS NULL OR r.ends_on >= CAST(:today AS date))
)
ORDER BY d.decision_id
