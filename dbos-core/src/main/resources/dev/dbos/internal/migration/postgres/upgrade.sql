-- What each numbered migration after 41 adds, for PostgreSQL. A line "-- @n" opens migration n; those
-- up to the recorded version are skipped. Every statement may find its work done: another
-- implementation runs some of these outside a transaction and may have died before it recorded them.

-- @42
ALTER TABLE ${schema}.workflow_status
    ADD COLUMN IF NOT EXISTS debounce_deadline_epoch_ms bigint,
    ADD COLUMN IF NOT EXISTS is_debounced boolean NOT NULL DEFAULT FALSE;

-- @43
DROP TRIGGER IF EXISTS dbos_streams_trigger ON ${schema}.streams;
DROP FUNCTION IF EXISTS ${schema}.streams_function();

-- @44
DROP TRIGGER IF EXISTS dbos_workflow_events_trigger ON ${schema}.workflow_events;
DROP FUNCTION IF EXISTS ${schema}.workflow_events_function();

-- @46
-- Dropped first: one of this name may be the invalid remains of a concurrent build.
DROP INDEX IF EXISTS ${schema}.idx_workflow_status_partition_dequeue_v2;
CREATE INDEX idx_workflow_status_partition_dequeue_v2
    ON ${schema}.workflow_status
        (queue_name, status, queue_partition_key, priority, created_at, workflow_uuid)
    WHERE status IN ('ENQUEUED', 'PENDING') AND queue_partition_key IS NOT NULL;

-- @47
DROP INDEX IF EXISTS ${schema}.idx_workflow_status_partition_dequeue;

-- @100
ALTER TABLE ${schema}.workflow_status ADD COLUMN IF NOT EXISTS application_name text;

-- @101
ALTER TABLE ${schema}.queues ADD COLUMN IF NOT EXISTS application_name text;

-- @102
ALTER TABLE ${schema}.workflow_schedules ADD COLUMN IF NOT EXISTS application_name text;

-- @103
ALTER TABLE ${schema}.application_versions ADD COLUMN IF NOT EXISTS application_name text;

-- @104
ALTER TABLE ${schema}.operation_outputs ADD COLUMN IF NOT EXISTS application_name text;

-- @105
-- Older ones take fewer parameters, so they would stay beside the new one and make calls ambiguous.
DO ${quote}
DECLARE
    older regprocedure;
BEGIN
    FOR older IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.proname = 'enqueue_workflow'
            AND p.pronamespace = ${schema.literal}::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || older;
    END LOOP;
END;
${quote};
-- @include enqueue_workflow.sql

-- @106
CREATE UNIQUE INDEX IF NOT EXISTS uq_application_versions_owner_version
    ON ${schema}.application_versions (application_name, version_name)
    WHERE application_name IS NOT NULL;

-- @107
DROP INDEX IF EXISTS ${schema}.uq_application_versions_unclaimed_version;
CREATE UNIQUE INDEX uq_application_versions_unclaimed_version
    ON ${schema}.application_versions (version_name)
    WHERE application_name IS NULL;

-- @108
ALTER TABLE ${schema}.queues
    ADD COLUMN IF NOT EXISTS partition_concurrency int4,
    ADD COLUMN IF NOT EXISTS partition_worker_concurrency int4,
    ADD COLUMN IF NOT EXISTS partition_rate_limit_max int4,
    ADD COLUMN IF NOT EXISTS partition_rate_limit_period_sec double precision;
