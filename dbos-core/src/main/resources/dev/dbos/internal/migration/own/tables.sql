-- The tables that only this library has, for PostgreSQL, CockroachDB and SQLite alike: text, bigint
-- and double precision, no defaults that ask the database for anything. One relation for each
-- statement, named java_…; it is made where it is missing, whatever the version of the shared tables.
-- What has been released stays as it is: a later need is a further table or index.

-- Who is alive: see leases in ARCHITECTURE.md. Moments are milliseconds of the database's clock.
CREATE TABLE IF NOT EXISTS ${schema.}java_executor_leases (
    executor_id text PRIMARY KEY NOT NULL,
    application_name text NOT NULL,
    application_version text NOT NULL,
    incarnation text NOT NULL,
    started_at bigint NOT NULL,
    expires_at bigint NOT NULL
);

-- Who does a chore that one process does for all, until when.
CREATE TABLE IF NOT EXISTS ${schema.}java_duties (
    name text PRIMARY KEY NOT NULL,
    holder text NOT NULL,
    expires_at bigint NOT NULL
);

-- What a schedule has here beyond its shared row: what is done about missed ticks, and until when
-- they are decided upon, in milliseconds.
CREATE TABLE IF NOT EXISTS ${schema.}java_schedules (
    schedule_id text PRIMARY KEY NOT NULL,
    misfire text NOT NULL,
    decided_until bigint NOT NULL
);

-- The entries of each outbox that were relayed last, and how often something was: see the outbox in
-- ARCHITECTURE.md.
CREATE TABLE IF NOT EXISTS ${schema.}java_outboxes (
    outbox text PRIMARY KEY NOT NULL,
    version bigint NOT NULL,
    relayed text NOT NULL
);
