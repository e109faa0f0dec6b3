-- Purpose: whether any fact has ever come, erased ones among them.
-- Parameters: none.
-- Result: one row with one boolean, holds_facts.
-- Index: pk_event_key.
SELECT EXISTS (SELECT 1 FROM event_key) AS holds_facts
