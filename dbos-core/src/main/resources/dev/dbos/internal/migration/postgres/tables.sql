-- The tables of a system database at version 108, for PostgreSQL. Column order, constraint names and
-- defaults are those of the other implementations: tools compare them.
CREATE TABLE IF NOT EXISTS ${schema}.dbos_migrations (
    version bigint NOT NULL PRIMARY KEY
);

CREATE TABLE ${schema}.workflow_status (
    workflow_uuid text NOT NULL PRIMARY KEY,
    status text,
    name text,
    authenticated_user text,
    assumed_role text,
    authenticated_roles text,
    request text,
    output text,
    error text,
    executor_id text,
    created_at bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    updated_at bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    application_version text,
    application_id text,
    class_name varchar(255) DEFAULT NULL,
    config_name varchar(255) DEFAULT NULL,
    recovery_attempts bigint DEFAULT 0,
    queue_name text,
    workflow_timeout_ms bigint,
    workflow_deadline_epoch_ms bigint,
    inputs text,
    started_at_epoch_ms bigint,
    deduplication_id text,
    priority int4 NOT NULL DEFAULT 0,
    queue_partition_key text,
    forked_from text,
    owner_xid text,
    parent_workflow_id text,
    serialization text,
    delay_until_epoch_ms bigint,
    was_forked_from boolean NOT NULL DEFAULT FALSE,
    rate_limited boolean NOT NULL DEFAULT FALSE,
    completed_at bigint,
    attributes jsonb,
    schedule_name text,
    debounce_deadline_epoch_ms bigint,
    is_debounced boolean NOT NULL DEFAULT FALSE,
    application_name text
);

CREATE TABLE ${schema}.operation_outputs (
    workflow_uuid text NOT NULL
        REFERENCES ${schema}.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE,
    function_id int4 NOT NULL,
    function_name text NOT NULL DEFAULT '',
    output text,
    error text,
    child_workflow_id text,
    started_at_epoch_ms bigint,
    completed_at_epoch_ms bigint,
    serialization text,
    application_name text,
    PRIMARY KEY (workflow_uuid, function_id)
);

CREATE TABLE ${schema}.notifications (
    message_uuid text NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
    destination_uuid text NOT NULL
        REFERENCES ${schema}.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE,
    topic text,
    message text NOT NULL,
    created_at_epoch_ms bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    serialization text,
    consumed boolean NOT NULL DEFAULT FALSE
);

CREATE TABLE ${schema}.workflow_events (
    workflow_uuid text NOT NULL
        REFERENCES ${schema}.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    serialization text,
    PRIMARY KEY (workflow_uuid, key)
);

CREATE TABLE ${schema}.workflow_events_history (
    workflow_uuid text NOT NULL
        REFERENCES ${schema}.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE,
    function_id int4 NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    serialization text,
    PRIMARY KEY (workflow_uuid, function_id, key)
);

CREATE TABLE ${schema}.streams (
    workflow_uuid text NOT NULL
        REFERENCES ${schema}.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE,
    key text NOT NULL,
    value text NOT NULL,
    "offset" int4 NOT NULL,
    function_id int4 NOT NULL DEFAULT 0,
    serialization text,
    PRIMARY KEY (workflow_uuid, key, "offset")
);

CREATE TABLE ${schema}.event_dispatch_kv (
    service_name text NOT NULL,
    workflow_fn_name text NOT NULL,
    key text NOT NULL,
    value text,
    update_seq numeric(38, 0),
    update_time numeric(38, 15),
    PRIMARY KEY (service_name, workflow_fn_name, key)
);

CREATE TABLE ${schema}.workflow_schedules (
    schedule_id text NOT NULL PRIMARY KEY,
    schedule_name text NOT NULL UNIQUE,
    workflow_name text NOT NULL,
    workflow_class_name text,
    schedule text NOT NULL,
    status text NOT NULL DEFAULT 'ACTIVE',
    context text NOT NULL,
    last_fired_at text,
    automatic_backfill boolean NOT NULL DEFAULT FALSE,
    cron_timezone text,
    queue_name text,
    application_name text
);

CREATE TABLE ${schema}.application_versions (
    version_id text NOT NULL PRIMARY KEY,
    version_name text NOT NULL UNIQUE,
    version_timestamp bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    created_at bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    application_name text
);

CREATE TABLE ${schema}.queues (
    queue_id text NOT NULL DEFAULT gen_random_uuid()::text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    concurrency int4,
    worker_concurrency int4,
    rate_limit_max int4,
    rate_limit_period_sec double precision,
    priority_enabled boolean NOT NULL DEFAULT FALSE,
    partition_queue boolean NOT NULL DEFAULT FALSE,
    polling_interval_sec double precision NOT NULL DEFAULT 1.0,
    created_at bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    updated_at bigint NOT NULL DEFAULT (EXTRACT(epoch FROM now()) * 1000.0)::bigint,
    application_name text,
    partition_concurrency int4,
    partition_worker_concurrency int4,
    partition_rate_limit_max int4,
    partition_rate_limit_period_sec double precision
);
