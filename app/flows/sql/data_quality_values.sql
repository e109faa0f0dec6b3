-- Purpose: how many values and records are of many, and how many customers may be one?
-- Parameters: none.
-- Result: one row, a count by each measure.
-- Index: ix_identifier_generic, ix_record_generic, ix_review_state_opened_at.
SELECT
    (SELECT count(*) FROM identifier WHERE state = 'generic') AS generic_values,
    (SELECT count(*) FROM record WHERE generic) AS generic_records,
    (
        SELECT count(*)
        FROM review
        WHERE state = 'open' AND kind IN ('possibly_same', 'contested', 'tax_id_slip')
    ) AS suspected_duplicates
