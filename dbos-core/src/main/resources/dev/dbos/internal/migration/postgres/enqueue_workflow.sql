-- Starts a workflow from SQL. Enqueueing an id that exists is not an error: its id comes back.
CREATE FUNCTION ${schema}.enqueue_workflow(
    workflow_name text,
    queue_name text,
    positional_args json[] DEFAULT ARRAY[]::json[],
    named_args json DEFAULT '{}'::json,
    class_name text DEFAULT NULL,
    config_name text DEFAULT NULL,
    workflow_id text DEFAULT NULL,
    app_version text DEFAULT NULL,
    timeout_ms bigint DEFAULT NULL,
    deadline_epoch_ms bigint DEFAULT NULL,
    deduplication_id text DEFAULT NULL,
    priority int4 DEFAULT NULL,
    queue_partition_key text DEFAULT NULL,
    authenticated_user text DEFAULT NULL,
    authenticated_roles text DEFAULT NULL,
    delay_until_epoch_ms bigint DEFAULT NULL,
    application_name text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS ${quote}
DECLARE
    new_id text := coalesce(workflow_id, gen_random_uuid()::text);
    at_ms bigint := (extract(epoch FROM clock_timestamp()) * 1000.0)::bigint;
    arguments text;
BEGIN
    IF coalesce(workflow_name, '') = '' THEN
        RAISE EXCEPTION 'A workflow name is required';
    END IF;
    IF coalesce(queue_name, '') = '' THEN
        RAISE EXCEPTION 'A queue name is required';
    END IF;
    IF new_id = '' THEN
        RAISE EXCEPTION 'A workflow id must not be empty; leave it out to get a random one';
    END IF;
    IF coalesce(json_typeof(named_args), 'object') <> 'object' THEN
        RAISE EXCEPTION 'Named arguments must be a JSON object, not %', json_typeof(named_args);
    END IF;
    IF delay_until_epoch_ms < 0 THEN
        RAISE EXCEPTION 'The delay must be a time in epoch milliseconds, not %',
            delay_until_epoch_ms;
    END IF;

    arguments := json_build_object(
        'positionalArgs', coalesce(positional_args, ARRAY[]::json[]),
        'namedArgs', coalesce(named_args, '{}'::json))::text;

    INSERT INTO ${schema}.workflow_status (
        workflow_uuid, status, name, class_name, config_name, queue_name, inputs, serialization,
        authenticated_user, authenticated_roles, application_name, application_version,
        created_at, updated_at, recovery_attempts, priority, deduplication_id,
        queue_partition_key, workflow_timeout_ms, workflow_deadline_epoch_ms,
        delay_until_epoch_ms, parent_workflow_id, owner_xid)
    VALUES (
        new_id, CASE WHEN delay_until_epoch_ms IS NULL THEN 'ENQUEUED' ELSE 'DELAYED' END,
        workflow_name, class_name, config_name, queue_name, arguments, 'portable_json',
        authenticated_user, authenticated_roles, application_name, app_version,
        at_ms, at_ms, 0, coalesce(priority, 0), deduplication_id,
        queue_partition_key, timeout_ms, deadline_epoch_ms,
        delay_until_epoch_ms, NULL, gen_random_uuid()::text)
    ON CONFLICT (workflow_uuid) DO UPDATE SET updated_at = EXCLUDED.updated_at;

    -- Only workers of this library listen here; others look once a second.
    PERFORM pg_notify('dbos_queues_channel', queue_name);

    RETURN new_id;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'DBOS queue duplicated'
            USING ERRCODE = 'unique_violation',
                DETAIL = format('Workflow %s: queue %s already holds deduplication id %s',
                    new_id, queue_name, deduplication_id);
END;
${quote};
