CREATE INDEX workflow_status_created_at_index ON ${schema}.workflow_status (created_at);

CREATE INDEX idx_workflow_status_delayed ON ${schema}.workflow_status (delay_until_epoch_ms)
    WHERE status = 'DELAYED';

CREATE INDEX idx_workflow_status_pending ON ${schema}.workflow_status (created_at)
    WHERE status = 'PENDING';

CREATE INDEX idx_workflow_status_failed ON ${schema}.workflow_status (status, created_at)
    WHERE status IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');

CREATE INDEX idx_workflow_status_in_flight
    ON ${schema}.workflow_status (queue_name, status, priority, created_at)
    WHERE status IN ('ENQUEUED', 'PENDING');

CREATE INDEX idx_workflow_status_partition_dequeue_v2
    ON ${schema}.workflow_status
        (queue_name, status, queue_partition_key, priority, created_at, workflow_uuid)
    WHERE status IN ('ENQUEUED', 'PENDING') AND queue_partition_key IS NOT NULL;

CREATE INDEX idx_workflow_status_rate_limited
    ON ${schema}.workflow_status (queue_name, started_at_epoch_ms)
    WHERE rate_limited = TRUE;

CREATE INDEX idx_workflow_status_completed_at ON ${schema}.workflow_status (completed_at)
    WHERE completed_at IS NOT NULL;

CREATE INDEX idx_workflow_status_started_at ON ${schema}.workflow_status (started_at_epoch_ms)
    WHERE started_at_epoch_ms IS NOT NULL;

CREATE INDEX idx_workflow_status_forked_from ON ${schema}.workflow_status (forked_from)
    WHERE forked_from IS NOT NULL;

CREATE INDEX idx_workflow_status_parent_workflow_id ON ${schema}.workflow_status (parent_workflow_id)
    WHERE parent_workflow_id IS NOT NULL;

CREATE INDEX idx_workflow_status_schedule_name ON ${schema}.workflow_status (schedule_name)
    WHERE schedule_name IS NOT NULL;

CREATE UNIQUE INDEX uq_workflow_status_dedup_id
    ON ${schema}.workflow_status (queue_name, deduplication_id)
    WHERE deduplication_id IS NOT NULL;

CREATE INDEX idx_operation_outputs_completed_at_function_name
    ON ${schema}.operation_outputs (completed_at_epoch_ms, function_name);

-- Two equal indexes: both exist wherever another implementation made the database.
CREATE INDEX idx_workflow_topic ON ${schema}.notifications (destination_uuid, topic);

CREATE INDEX idx_notifications ON ${schema}.notifications (destination_uuid, topic);

CREATE UNIQUE INDEX uq_application_versions_owner_version
    ON ${schema}.application_versions (application_name, version_name)
    WHERE application_name IS NOT NULL;

CREATE UNIQUE INDEX uq_application_versions_unclaimed_version
    ON ${schema}.application_versions (version_name)
    WHERE application_name IS NULL;

CREATE INDEX idx_workflow_status_attributes ON ${schema}.workflow_status USING gin (attributes)
    WHERE attributes IS NOT NULL;
