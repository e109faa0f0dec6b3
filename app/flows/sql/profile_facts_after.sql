-- Purpose: the next names and birth dates of records, to be judged by the rules of today.
-- Parameters: after_record uuid, after_attribute text, after_assurance int (the last one read);
--             most int.
-- Result: record_id, attribute, assurance 0–4, value (personal), occurred_at; in that order.
-- Index: pk_profile_fact.
SELECT p.record_id, p.attribute, p.assurance, p.value, p.occurred_at
FROM profile_fact AS p
WHERE (p.record_id, p.attribute, p.assurance) > (
        CAST(:after_record AS uuid), CAST(:after_attribute AS text), CAST(:after_assurance AS int)
    )
    AND p.attribute IN ('name', 'social_name', 'company_name', 'trade_name', 'birth_date')
ORDER BY p.record_id, p.attribute, p.assurance
LIMIT CAST(:most AS int)
