-- Purpose: how far behind the service is, as figures by name: what is graphed and watched.
-- Parameters: now timestamptz and today date (of the service's clock; leases and the outbox have
--             the database's own), newest int (rows of the identity log that are looked at).
-- Result: sign text, label text (empty where there is only one), figure double precision; a sign
--         that cannot be told yet is left out. A new one is one more SELECT here.
-- Index: ix_outbox_available_at_outbox_id, pk_job, uq_scoring_run_active,
--        ix_customer_stat_rescore_on, pk_identity_log, ix_review_state_opened_at, pk_data_quality.
SELECT 'outbox_rows' AS sign, 'waiting' AS label, CAST(count(*) AS double precision) AS figure
FROM outbox
WHERE parked_at IS NULL
UNION ALL
SELECT 'outbox_rows', 'parked', count(*)
FROM outbox
WHERE parked_at IS NOT NULL
UNION ALL
SELECT 'outbox_oldest_due_seconds', '', extract(EPOCH FROM now() - due.available_at)
FROM (
    SELECT coalesce(min(o.available_at), now()) AS available_at
    FROM outbox AS o
    WHERE o.parked_at IS NULL AND o.available_at <= now()
) AS due
UNION ALL
SELECT 'job_last_success_seconds', j.name, extract(EPOCH FROM now() - j.last_succeeded_at)
FROM job AS j
WHERE j.last_succeeded_at IS NOT NULL
UNION ALL
SELECT 'score_age_seconds', '', extract(EPOCH FROM CAST(:now AS timestamptz) - r.activated_at)
FROM scoring_run AS r
WHERE r.status = 'active' AND r.activated_at IS NOT NULL
UNION ALL
SELECT 'rescore_overdue_days', '', greatest(CAST(:today AS date) - oldest.rescore_on, 0)
FROM (SELECT min(s.rescore_on) AS rescore_on FROM customer_stat AS s) AS oldest
WHERE oldest.rescore_on IS NOT NULL
UNION ALL
SELECT 'subject_requests_overdue', '', count(*)
FROM subject_request AS q
WHERE q.closed_at IS NULL
    AND q.due_on < CAST(:today AS date)
    AND (q.waits_until IS NULL OR q.waits_until < CAST(:today AS date))
UNION ALL
SELECT 'reviews', r.state, count(*)
FROM review AS r
WHERE r.state IN ('open', 'unsure')
GROUP BY r.state
UNION ALL
SELECT 'review_oldest_open_seconds', '',
    extract(EPOCH FROM CAST(:now AS timestamptz) - oldest.opened_at)
FROM (SELECT min(r.opened_at) AS opened_at FROM review AS r WHERE r.state = 'open') AS oldest
WHERE oldest.opened_at IS NOT NULL
UNION ALL
SELECT 'records_moved', moved.cause, count(*)
FROM (
    SELECT l.cause, l.from_customer_id, l.logged_at
    FROM identity_log AS l
    ORDER BY l.log_id DESC
    LIMIT CAST(:newest AS int)
) AS moved
WHERE
    moved.from_customer_id IS NOT NULL
    AND moved.logged_at > CAST(:now AS timestamptz) - interval '1 hour'
GROUP BY moved.cause
UNION ALL
SELECT 'data_quality', q.measure, q.found
FROM data_quality AS q
WHERE q.counted_at > CAST(:now AS timestamptz) - interval '3 days'
