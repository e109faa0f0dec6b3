-- Purpose: record a moment of contact with its answer and its decisions, all or nothing.  The same
--          interaction answered anew keeps its touchpoint and contact and gets new decisions; both hang
--          on whoever is known now, and stay where they are while nobody is.
-- Parameters: touchpoint_id uuid; interaction_key bytea or null; contact_key, thread_key bytea;
--             record_id uuid; is_known boolean (the record is a known customer's);
--             channel, direction text; topic text or null; occurred_at timestamptz;
--             request_hash bytea; identifier_keys bytea[] (asked with);
--             context, answer text (JSON); decision_ids uuid[]; slots int[];
--             actions, strategies text[] (nullable); segment, bundle_id text; inputs text (JSON);
--             results text[] (JSON, one a decision); asked_hash bytea or null (the request that was
--             answered before, if one: somebody else's newer answer is not overwritten).
-- Result: touchpoint_id, or no row when the interaction was answered by somebody else meanwhile.
-- Index: pk_touchpoint, uq_touchpoint_interaction_key.
WITH moment AS (
    INSERT INTO touchpoint AS t (
        touchpoint_id, interaction_key, record_id, channel, direction, occurred_at, request_hash,
        identifier_keys, context, answer
    )
    VALUES (
        CAST(:touchpoint_id AS uuid),
        CAST(:interaction_key AS bytea),
        CAST(:record_id AS uuid),
        CAST(:channel AS text),
        CAST(:direction AS text),
        CAST(:occurred_at AS timestamptz),
        CAST(:request_hash AS bytea),
        CAST(:identifier_keys AS bytea[]),
        CAST(CAST(:context AS text) AS jsonb),
        CAST(CAST(:answer AS text) AS jsonb)
    )
    ON CONFLICT (interaction_key) DO UPDATE SET
        request_hash = excluded.request_hash,
        identifier_keys = excluded.identifier_keys,
        context = excluded.context,
        answer = excluded.answer,
        record_id = CASE
            WHEN CAST(:is_known AS boolean) THEN excluded.record_id ELSE t.record_id
        END
    WHERE t.request_hash = CAST(:asked_hash AS bytea)
    RETURNING t.touchpoint_id
),
talk AS (
    INSERT INTO contact AS c (contact_key, thread_key, record_id, channel, direction, topic, occurred_at)
    SELECT
        CAST(:contact_key AS bytea),
        CAST(:thread_key AS bytea),
        CAST(:record_id AS uuid),
        CAST(:channel AS text),
        CAST(:direction AS text),
        CAST(:topic AS text),
        CAST(:occurred_at AS timestamptz)
    FROM moment
    ON CONFLICT (contact_key) DO UPDATE SET record_id = excluded.record_id
    WHERE CAST(:is_known AS boolean) AND c.record_id <> excluded.record_id
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
        CAST(:occurred_at AS timestamptz),
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
