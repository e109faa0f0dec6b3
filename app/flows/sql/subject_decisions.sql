-- Purpose: everything that was decided about a customer, on what, and what came of it.
-- Parameters: customer_id uuid.
-- Result: decision_id, decided_at, channel, direction, slot, action_key, strategy, bundle_id,
--         inputs and outcomes text (JSON; outcomes a list, oldest first); oldest first.
-- Index: ix_membership_customer_id, ix_decision_record_id_decided_at, ix_outcome_decision_id.
SELECT
    d.decision_id,
    d.decided_at,
    d.channel,
    d.direction,
    d.slot,
    d.action_key,
    d.strategy,
    d.bundle_id,
    CAST(d.inputs AS text) AS inputs,
    CAST(
        coalesce(
            (
                SELECT jsonb_agg(
                    jsonb_build_object(
                        'outcome', o.outcome,
                        'occurred_at', o.occurred_at,
                        'value', CAST(o.value AS text),
                        'until', o.until,
                        'details', o.details
                    )
                    ORDER BY o.occurred_at, o.outcome_key
                )
                FROM outcome AS o
                WHERE o.decision_id = d.decision_id
            ),
            '[]'
        ) AS text
    ) AS outcomes
FROM membership AS m
JOIN decision AS d ON d.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY d.decided_at, d.decision_id
