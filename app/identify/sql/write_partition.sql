-- Purpose: put records where the new partition says, mint the ids it needs, let every id answer
--          with the customer that holds its birth record, and log who moved and why.
-- Parameters: new_components uuid[], dead_components uuid[], epoch int;
--             record_ids, component_ids, customer_ids uuid[] (one a record that moved);
--             marked uuid[], with born_ids uuid[] (null: none minted for it), generic bool[] (past
--             its epoch's limits: for good), parties text[] (null: as it was), one a record;
--             alias_ids, alias_births, alias_currents uuid[], alias_anonymous bool[] (one an id);
--             generic_keys bytea[] (past their epoch's limits: for good);
--             log_ids, log_records, log_from (nullable), log_to uuid[]; cause text;
--             cause_id uuid or null; now timestamptz.
-- Result: none.
-- Index: primary keys.
WITH made AS (
    INSERT INTO component (component_id, epoch)
    SELECT n.id, CAST(:epoch AS int) FROM unnest(CAST(:new_components AS uuid[])) AS n (id)
),
gone AS (
    DELETE FROM component WHERE component_id = ANY(CAST(:dead_components AS uuid[]))
),
moved AS (
    INSERT INTO membership (record_id, component_id, customer_id)
    SELECT n.record_id, n.component_id, n.customer_id
    FROM unnest(
        CAST(:record_ids AS uuid[]),
        CAST(:component_ids AS uuid[]),
        CAST(:customer_ids AS uuid[])
    ) AS n (record_id, component_id, customer_id)
    ON CONFLICT (record_id) DO UPDATE SET
        component_id = excluded.component_id,
        customer_id = excluded.customer_id
),
nobodys_values AS (
    UPDATE identifier AS i SET state = 'generic'
    WHERE i.identifier_key = ANY(CAST(:generic_keys AS bytea[])) AND i.state = 'active'
),
marks AS (
    UPDATE record AS r SET
        born_customer_id = coalesce(n.customer_id, r.born_customer_id),
        generic = r.generic OR n.generic,
        party = coalesce(n.party, r.party)
    FROM unnest(
        CAST(:marked AS uuid[]),
        CAST(:born_ids AS uuid[]),
        CAST(:generic AS boolean[]),
        CAST(:parties AS text[])
    ) AS n (record_id, customer_id, generic, party)
    WHERE r.record_id = n.record_id
),
answers AS (
    INSERT INTO customer AS c
        (customer_id, birth_record_id, current_customer_id, anonymous, created_at)
    SELECT n.customer_id, n.birth_record_id, n.current_customer_id, n.anonymous,
        CAST(:now AS timestamptz)
    FROM unnest(
        CAST(:alias_ids AS uuid[]),
        CAST(:alias_births AS uuid[]),
        CAST(:alias_currents AS uuid[]),
        CAST(:alias_anonymous AS boolean[])
    ) AS n (customer_id, birth_record_id, current_customer_id, anonymous)
    ON CONFLICT (customer_id) DO UPDATE SET
        current_customer_id = excluded.current_customer_id,
        anonymous = excluded.anonymous
    WHERE c.current_customer_id <> excluded.current_customer_id
        OR c.anonymous <> excluded.anonymous
)
INSERT INTO identity_log
    (log_id, record_id, from_customer_id, to_customer_id, cause, cause_id, logged_at)
SELECT n.log_id, n.record_id, n.from_customer_id, n.to_customer_id,
    CAST(:cause AS text), CAST(:cause_id AS uuid), CAST(:now AS timestamptz)
FROM unnest(
    CAST(:log_ids AS uuid[]),
    CAST(:log_records AS uuid[]),
    CAST(:log_from AS uuid[]),
    CAST(:log_to AS uuid[])
) AS n (log_id, record_id, from_customer_id, to_customer_id)
