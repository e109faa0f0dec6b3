-- Purpose: freeze a new epoch: the model of the active one with the normaliser of today.
-- Parameters: normaliser int; now timestamptz.
-- Result: epoch, the number of the new one.
-- Index: uq_epoch_active.
WITH before AS (
    UPDATE epoch AS e SET status = 'retired'
    WHERE e.status = 'active'
    RETURNING e.epoch, e.model
)
INSERT INTO epoch (epoch, status, model, created_at, promoted_at)
SELECT
    b.epoch + 1,
    'active',
    b.model || jsonb_build_object('normaliser', CAST(:normaliser AS int)),
    CAST(:now AS timestamptz),
    CAST(:now AS timestamptz)
FROM before AS b
RETURNING epoch
