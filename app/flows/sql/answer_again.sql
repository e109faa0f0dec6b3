-- Purpose: record that a moment of contact was answered anew: an agent told us who it really is.  The
--          moment and its contact hang on that customer's record from now on; what was decided for
--          somebody else stays with them.
-- Parameters: touchpoint_id uuid; contact_key bytea; record_id, was_record_id uuid (what it hung on);
--             channel, direction text; answered_at timestamptz; answer text (JSON); decision_ids
--             uuid[]; slots int[]; actions, strategies text[] (nullable); segment, bundle_id text;
--             inputs text (JSON); results text[] (JSON, one a decision).
-- Result: touchpoint_id, or no row when it was answered by somebody else meanwhile, or forgotten.
-- Index: pk_touchpoint, pk_contact.
WITH moment AS (
    UPDATE touchpoint AS t
    SET record_id = CAST(:record_id AS uuid), answer = CAST(CAST(:answer AS text) AS jsonb)
    WHERE t.touchpoint_id = CAST(:touchpoint_id AS uuid)
        AND t.record_id = CAST(:was_record_id AS uuid)
    RETURNING t.touchpoint_id
),
talk AS (
    UPDATE contact AS c
    SET record_id = CAST(:record_id AS uuid)
    FROM moment
    WHERE c.contact_key = CAST(:contact_key AS bytea)
),
decided AS (
    INSERT INTO decision (
        decision_id, touchpoint_id, record_id, decided_at, channel, direction, slot, action_key,
        strategy, segment, bundle_id, inputs, result
    )
    SELECT
        d.decision_id,
        m.touchpoint_id,
        CAST(:record_id AS uuid),
        CAST(:answered_at AS timestamptz),
        CAST(:channel AS text),
        CAST(:direction AS text),
        d.slot,
        d.action_key,
        d.strategy,
        CAST(:segment AS text),
        CAST(:bundle_id AS text),
        CAST(CAST(:inputs AS text) AS jsonb),
        CAST(d.result AS jsonb)
    FROM moment AS m
    CROSS JOIN unnest(
        CAST(:decision_ids AS uuid[]),
        CAST(:slots AS int[]),
        CAST(:actions AS text[]),
        CAST(:strategies AS text[]),
        CAST(:results AS text[])
    ) AS d (decision_id, slot, action_key, strategy, result)
)
SELECT m.touchpoint_id FROM moment AS m
