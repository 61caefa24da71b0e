-- What each numbered migration after 100 adds, for SQLite. A line "-- @n" opens migration n; those up to
-- the recorded version are skipped, and so is a column that exists already. 105 concerns stored
-- functions, which SQLite has not.

-- @101
ALTER TABLE queues ADD COLUMN application_name TEXT DEFAULT NULL;

-- @102
ALTER TABLE workflow_schedules ADD COLUMN application_name TEXT DEFAULT NULL;

-- @103
ALTER TABLE application_versions ADD COLUMN application_name TEXT DEFAULT NULL;

-- @104
ALTER TABLE operation_outputs ADD COLUMN application_name TEXT DEFAULT NULL;

-- @106
CREATE UNIQUE INDEX IF NOT EXISTS uq_application_versions_owner_version
    ON application_versions (application_name, version_name)
    WHERE application_name IS NOT NULL;

-- @107
CREATE UNIQUE INDEX IF NOT EXISTS uq_application_versions_unclaimed_version
    ON application_versions (version_name)
    WHERE application_name IS NULL;

-- @108
ALTER TABLE queues ADD COLUMN partition_concurrency INTEGER DEFAULT NULL;
ALTER TABLE queues ADD COLUMN partition_worker_concurrency INTEGER DEFAULT NULL;
ALTER TABLE queues ADD COLUMN partition_rate_limit_max INTEGER DEFAULT NULL;
ALTER TABLE queues ADD COLUMN partition_rate_limit_period_sec REAL DEFAULT NULL;
