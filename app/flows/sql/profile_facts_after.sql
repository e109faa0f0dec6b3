-- Purpose: the next names and birth dates of records, to be judged by the rules of today, and the
--          next words of third parties that name no provider, who may stand in their events.
-- Parameters: after_record uuid, after_attribute text, after_assurance int (the last one read);
--             most int.
-- Result: record_id, attribute, assurance 0–4, value (personal), occurred_at,
--         event_key, provider (or null); in that order.
-- Index: pk_profile_fact.
SELECT p.record_id, p.attribute, p.assurance, p.value, p.occurred_at, p.event_key, p.provider
FROM profile_fact AS p
WHERE (p.record_id, p.attribute, p.assurance) > (
        CAST(:after_record AS uuid), CAST(:after_attribute AS text), CAST(:after_assurance AS int)
    )
    AND (
        p.attribute IN ('name', 'social_name', 'company_name', 'trade_name', 'birth_date')
        OR p.assurance < 2 AND p.provider IS NULL
    )
ORDER BY p.record_id, p.attribute, p.assurance
LIMIT CAST(:most AS int)
