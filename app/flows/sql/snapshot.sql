-- Purpose: all that one decision looks at, in one read under the customer's lock: worth, dialogue,
--          offers made and what came of them, the yardstick, what was learnt, and whether this
--          interaction was answered before.
-- Parameters: customer_id uuid (null: nobody); record_id uuid (the facts will hang on it);
--             interaction_key bytea or null; today date; since timestamptz and since_id uuid (older
--             offers count in no cap); week_ago timestamptz; source_rank text[] (the best first).
-- Result: one row: customer_now (null: no such record any more), the columns of numbers_of.sql,
--         run, profile, consents, complaints, preferences, offers, outcomes, propensities, answered
--         (JSON, null for none; run and propensities as text, by which they are
--         known again), calls_7d, last_contact_at, restricted.
-- Index: ix_membership_customer_id, pk_day_bucket, ix_*_record_id, uq_touchpoint_interaction_key.
WITH mine AS (
    SELECT m.record_id FROM membership AS m WHERE m.customer_id = CAST(:customer_id AS uuid)
),
span AS (
    SELECT
        CAST(:today AS date) - r.window_days + 1 AS opens_on,
        CAST(:today AS date) - 2 * r.window_days + 1 AS opened_on
    FROM (
        SELECT CAST(active.yardstick ->> 'window_days' AS int) AS window_days
        FROM scoring_run AS active
        WHERE active.status = 'active'
    ) AS r
),
numbers AS (
    SELECT
        min(d.business_on) FILTER (WHERE d.purchases > 0) AS first_on,
        max(d.business_on) FILTER (WHERE d.purchases > 0) AS last_on,
        count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0) AS purchase_days_lifetime,
        count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0 AND d.business_on >= w.opens_on)
            AS purchase_days_window,
        coalesce(sum(d.purchases) FILTER (WHERE d.business_on >= w.opens_on), 0)
            AS purchases_window,
        coalesce(sum(d.net) FILTER (WHERE d.business_on >= w.opens_on), 0) AS net_window,
        coalesce(sum(d.cost) FILTER (WHERE d.business_on >= w.opens_on), 0) AS cost_window,
        coalesce(
            sum(d.net) FILTER (WHERE d.business_on >= w.opened_on AND d.business_on < w.opens_on), 0
        ) AS net_previous
    FROM span AS w
    LEFT JOIN (
        SELECT b.business_on, b.purchases, b.net, b.cost
        FROM mine
        JOIN day_bucket AS b ON b.record_id = mine.record_id
    ) AS d ON TRUE
)
SELECT
    (SELECT m.customer_id FROM membership AS m WHERE m.record_id = CAST(:record_id AS uuid))
        AS customer_now,
    n.*,
    (
        SELECT CAST(
            jsonb_build_object('run_id', r.run_id, 'version', r.version, 'yardstick', r.yardstick)
            AS text
        )
        FROM scoring_run AS r
        WHERE r.status = 'active'
    ) AS run,
    (
        SELECT jsonb_object_agg(best.attribute, best.value)
        FROM (
            SELECT DISTINCT ON (p.attribute) p.attribute, p.value
            FROM mine
            JOIN profile_fact AS p ON p.record_id = mine.record_id
            JOIN record AS told ON told.record_id = mine.record_id
            ORDER BY
                p.attribute,
                p.assurance DESC,
                -- Of two corrections (4) the later one holds, wherever it was told.
                CASE WHEN p.assurance < 4
                    THEN array_position(CAST(:source_rank AS text[]), told.source)
                END NULLS LAST,
                p.occurred_at DESC,
                p.event_key DESC
        ) AS best
    ) AS profile,
    (
        SELECT jsonb_agg(
            jsonb_build_array(
                f.purpose, f.channel, f.status, f.occurred_at, f.expires_at,
                encode(f.event_key, 'hex')
            )
        )
        FROM mine
        JOIN consent_fact AS f ON f.record_id = mine.record_id
    ) AS consents,
    (
        SELECT jsonb_agg(
            jsonb_build_array(c.status, c.occurred_at, c.closed_at, c.body, c.satisfaction)
        )
        FROM (
            SELECT DISTINCT ON (f.case_key)
                f.status,
                f.occurred_at,
                max(f.occurred_at) FILTER (WHERE f.status = 'closed') OVER by_case AS closed_at,
                max(f.body) OVER by_case AS body,
                max(f.satisfaction) OVER by_case AS satisfaction
            FROM mine
            JOIN complaint_fact AS f ON f.record_id = mine.record_id
            WINDOW by_case AS (PARTITION BY f.case_key)
            ORDER BY f.case_key, f.occurred_at DESC, (f.status = 'closed') DESC, f.event_key DESC
        ) AS c
    ) AS complaints,
    (
        SELECT jsonb_agg(f.data ORDER BY f.occurred_at, f.event_key)
        FROM mine
        JOIN preference_fact AS f ON f.record_id = mine.record_id
    ) AS preferences,
    (
        SELECT jsonb_agg(
            jsonb_build_array(o.action_key, o.strategy, o.channel, o.direction, o.decided_at)
        )
        FROM (
            SELECT DISTINCT ON (coalesce(d.touchpoint_id, d.decision_id), d.action_key)
                d.action_key, d.strategy, d.channel, d.direction, d.decided_at
            FROM mine
            JOIN decision AS d ON d.record_id = mine.record_id
            WHERE d.decision_id >= CAST(:since_id AS uuid)
                AND d.decided_at >= CAST(:since AS timestamptz)
                AND d.action_key IS NOT NULL
                AND d.touchpoint_id IS DISTINCT FROM (
                    SELECT t.touchpoint_id
                    FROM touchpoint AS t
                    WHERE t.interaction_key = CAST(:interaction_key AS bytea)
                )
                AND NOT EXISTS (
                    SELECT 1
                    FROM outcome AS unseen
                    WHERE unseen.decision_id = d.decision_id AND unseen.outcome = 'not_shown'
                )
            ORDER BY coalesce(d.touchpoint_id, d.decision_id), d.action_key, d.decided_at DESC
        ) AS o
    ) AS offers,
    (
        SELECT jsonb_agg(
            jsonb_build_array(
                o.decision_id, o.action_key, o.outcome, o.occurred_at, o.until, o.details
            )
        )
        FROM mine
        JOIN outcome AS o ON o.record_id = mine.record_id
        WHERE o.action_key IS NOT NULL
    ) AS outcomes,
    (
        SELECT CAST(
            jsonb_agg(jsonb_build_array(p.action_key, p.segment, p.trials, p.successes)) AS text
        )
        FROM propensity AS p
    ) AS propensities,
    (
        SELECT jsonb_build_object(
            'touchpoint_id', t.touchpoint_id,
            'record_id', t.record_id,
            'request_hash', encode(t.request_hash, 'hex'),
            'identifier_keys',
            (SELECT jsonb_agg(encode(k.asked, 'hex')) FROM unnest(t.identifier_keys) AS k (asked)),
            'answer', t.answer
        )
        FROM touchpoint AS t
        WHERE t.interaction_key = CAST(:interaction_key AS bytea)
    ) AS answered,
    (
        SELECT count(DISTINCT c.thread_key)
        FROM mine
        JOIN contact AS c ON c.record_id = mine.record_id
        WHERE c.channel = 'voice' AND c.direction = 'inbound'
            AND c.occurred_at >= CAST(:week_ago AS timestamptz)
            AND c.thread_key IS DISTINCT FROM CAST(:interaction_key AS bytea)
    ) AS calls_7d,
    (
        SELECT max(c.occurred_at)
        FROM mine
        JOIN contact AS c ON c.record_id = mine.record_id
        WHERE c.thread_key IS DISTINCT FROM CAST(:interaction_key AS bytea)
    ) AS last_contact_at,
    EXISTS (
        SELECT 1
        FROM mine
        JOIN restraint AS r ON r.record_id = mine.record_id
        WHERE r.kind = 'restriction'
            AND r.lifted_at IS NULL
            AND (r.ends_on IS NULL OR r.ends_on >= CAST(:today AS date))
    ) AS restricted
FROM numbers AS n
