-- Purpose: delete profile facts that say nothing, as far as nothing newer has taken their place.
-- Parameters: record_ids uuid[], attributes text[], assurances int[], person_values text[], of one
--             length.
-- Result: none.
-- Index: pk_profile_fact.
DELETE FROM profile_fact AS p
USING unnest(
    CAST(:record_ids AS uuid[]),
    CAST(:attributes AS text[]),
    CAST(:assurances AS int[]),
    CAST(:person_values AS text[])
) AS n (record_id, attribute, assurance, value)
WHERE p.record_id = n.record_id
    AND p.attribute = n.attribute
    AND p.assurance = n.assurance
    AND p.value = n.value
