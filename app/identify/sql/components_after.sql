-- Purpose: the next components in the order of their ids, and how many there are in all.
-- Parameters: after uuid; most int.
-- Result: component_id.
-- Index: pk_component.
SELECT c.component_id
FROM component AS c
WHERE c.component_id > CAST(:after AS uuid)
ORDER BY c.component_id
LIMIT CAST(:most AS int)
