-- Purpose: what agents said about a customer at moments of contact, and of which of what they are
--          known by.  Whom else a moment was about is not told.
-- Parameters: customer_id uuid.
-- Result: said_at, touchpoint_id, word, verified_by text[] (what was checked, by name), actor,
--         about (JSON: type and value of each identifier it speaks of; personal); oldest first.
-- Index: ix_membership_customer_id, ix_identity_word_record_id, pk_identity_word_link, pk_identifier.
SELECT
    w.said_at,
    w.touchpoint_id,
    w.word,
    w.verified_by,
    w.actor,
    coalesce(
        (
            SELECT CAST(
                jsonb_agg(
                    DISTINCT jsonb_build_object('type', i.type, 'scope', i.scope, 'value', i.value)
                ) AS text
            )
            FROM identity_word_link AS l
            JOIN membership AS own
                ON own.record_id = l.record_id AND own.customer_id = m.customer_id
            JOIN identifier AS i ON i.identifier_key = l.identifier_key
            WHERE l.word_id = w.word_id
        ),
        '[]'
    ) AS about
FROM membership AS m
JOIN identity_word AS w ON w.record_id = m.record_id
WHERE m.customer_id = CAST(:customer_id AS uuid)
ORDER BY w.said_at, w.word_id
