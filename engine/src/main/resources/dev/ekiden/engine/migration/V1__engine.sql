-- The state of a live job is the table it stands in: exactly one of ready, scheduled, blocked,
-- running holds its row, beside one row of job that is never updated. When it ends, both go and one
-- row of finished comes. So no indexed column is ever updated, what cannot run never stands in the
-- table that claims read, and what changes with each attempt travels in the narrow rows.

CREATE TYPE job_end AS ENUM ('SUCCEEDED', 'FAILED', 'CANCELED');
CREATE TYPE attempt_outcome AS ENUM ('SUCCEEDED', 'FAILED', 'RETRIED', 'CANCELED', 'RETURNED', 'LOST');
CREATE TYPE blocked_reason AS ENUM ('KEY', 'ABSORBED');
CREATE TYPE key_kind AS ENUM ('COALESCE', 'UNIQUE');

-- One row: what tests add to the database's clock.
CREATE TABLE clock (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  "offset" interval NOT NULL DEFAULT interval '0'
);
INSERT INTO clock DEFAULT VALUES;

-- The time of delays, back-off, schedules and deadlines. Leases never use it.
CREATE FUNCTION engine_now() RETURNS timestamptz
  LANGUAGE sql VOLATILE PARALLEL SAFE
  BEGIN ATOMIC
    SELECT clock_timestamp() + "offset" FROM clock;
  END;

CREATE TABLE queue (
  id            smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL UNIQUE,
  paused_at     timestamptz,
  paused_reason text
);

CREATE TABLE definition (
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name     text NOT NULL UNIQUE,
  queue_id smallint NOT NULL REFERENCES queue,
  revision integer NOT NULL DEFAULT 1,
  priority smallint NOT NULL,
  settings jsonb NOT NULL
);

CREATE SEQUENCE job_id AS bigint;

CREATE TABLE job (
  id            bigint PRIMARY KEY,
  queue_id      smallint NOT NULL,
  definition_id integer NOT NULL,
  priority      smallint NOT NULL,
  key_kind      key_kind,
  key           text,
  payload       json NOT NULL,
  created_at    timestamptz NOT NULL
);

CREATE TABLE ready (
  queue_id      smallint NOT NULL,
  priority      smallint NOT NULL,
  id            bigint NOT NULL,
  definition_id integer NOT NULL,
  attempt       integer NOT NULL,
  failures      integer NOT NULL,
  losses        smallint NOT NULL,
  key           text  -- of a COALESCE key only
);
-- Claims read in exactly this order.
CREATE UNIQUE INDEX ready_order ON ready (queue_id, priority DESC, id);
-- A claim takes all of a key at once.
CREATE INDEX ready_key ON ready (queue_id, key) WHERE key IS NOT NULL;
-- Jobs that must run alone because a worker died under them; nearly always empty.
CREATE INDEX ready_lost ON ready (queue_id, priority DESC, id) WHERE losses > 0;

CREATE TABLE scheduled (
  id            bigint PRIMARY KEY,
  run_at        timestamptz NOT NULL,
  queue_id      smallint NOT NULL,
  priority      smallint NOT NULL,
  definition_id integer NOT NULL,
  attempt       integer NOT NULL,
  failures      integer NOT NULL,
  losses        smallint NOT NULL,
  key           text,
  backing_off   boolean NOT NULL,  -- rests after a failure, so its key may take it early
  error_type    text,
  error         text
);
CREATE INDEX scheduled_due ON scheduled (run_at);
CREATE INDEX scheduled_key ON scheduled (queue_id, key) WHERE key IS NOT NULL AND backing_off;

CREATE TABLE blocked (
  id            bigint PRIMARY KEY,
  reason        blocked_reason NOT NULL,
  blocker       bigint,  -- of an absorbed job: the job that runs for it
  queue_id      smallint NOT NULL,
  priority      smallint NOT NULL,
  definition_id integer NOT NULL,
  attempt       integer NOT NULL,
  failures      integer NOT NULL,
  losses        smallint NOT NULL,
  key           text
);
CREATE INDEX blocked_key ON blocked (queue_id, key) WHERE reason = 'KEY';
CREATE INDEX blocked_absorbed ON blocked (blocker) WHERE reason = 'ABSORBED';

CREATE TABLE running (
  id               bigint PRIMARY KEY,
  worker_id        bigint NOT NULL,
  queue_id         smallint NOT NULL,
  priority         smallint NOT NULL,
  definition_id    integer NOT NULL,
  attempt          integer NOT NULL,
  failures         integer NOT NULL,
  losses           smallint NOT NULL,
  key              text,
  claimed_at       timestamptz NOT NULL,
  started_at       timestamptz,           -- null while claimed but not started
  cancel_requested boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);                 -- started_at and cancel_requested are HOT updates

-- A row is the lock of a COALESCE key while one of its jobs runs: claims insert it, whoever ends
-- the attempt deletes it, and both then see each other's parked jobs.
CREATE TABLE running_key (
  queue_id smallint NOT NULL,
  key      text NOT NULL,
  job_id   bigint,
  PRIMARY KEY (queue_id, key)
);

CREATE TABLE unique_key (
  queue_id   smallint NOT NULL,
  key        text NOT NULL,
  job_id     bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (queue_id, key)
);
CREATE INDEX unique_key_expiry ON unique_key (expires_at);

CREATE TABLE finished (
  id             bigint PRIMARY KEY,
  state          job_end NOT NULL,
  queue_id       smallint NOT NULL,
  definition_id  integer NOT NULL,
  priority       smallint NOT NULL,
  key_kind       key_kind,
  key            text,
  payload        json NOT NULL,
  created_at     timestamptz NOT NULL,
  attempt        integer NOT NULL,
  failures       integer NOT NULL,
  losses         smallint NOT NULL,
  worker_id      bigint,
  claimed_at     timestamptz,
  started_at     timestamptz,
  finished_at    timestamptz NOT NULL,
  result         json,
  error_type     text,
  error          text,
  coalesced_into bigint
);
CREATE INDEX finished_failed ON finished (queue_id, id) WHERE state = 'FAILED';

-- Attempts that did not end their job; the one that did is in finished.
CREATE TABLE attempt (
  job_id     bigint NOT NULL,
  number     integer NOT NULL,
  outcome    attempt_outcome NOT NULL,
  worker_id  bigint NOT NULL,
  claimed_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at   timestamptz NOT NULL,
  error_type text,
  error      text,
  PRIMARY KEY (job_id, number)
);

CREATE TABLE attempt_log (
  job_id  bigint NOT NULL,
  attempt integer NOT NULL,
  segment integer NOT NULL,
  lines   bytea NOT NULL,  -- deflated text: one line each, epoch milliseconds, a space, the text
  PRIMARY KEY (job_id, attempt, segment)
);

CREATE TABLE worker (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name        text NOT NULL,
  concurrency integer NOT NULL,
  queues      text[] NOT NULL,
  definitions text[] NOT NULL,
  started_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  lost        boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
CREATE INDEX worker_live ON worker (id) WHERE ended_at IS NULL;

CREATE TABLE schedule (
  name          text PRIMARY KEY,
  definition_id integer NOT NULL REFERENCES definition,
  payload       json NOT NULL,
  priority      smallint,
  kind          text NOT NULL CHECK (kind IN ('cron', 'rate', 'once')),
  expression    text NOT NULL,
  zone          text NOT NULL,
  created_at    timestamptz NOT NULL,
  paused_at     timestamptz,
  next_at       timestamptz,
  last_at       timestamptz,
  last_job      bigint,
  skipped       bigint NOT NULL DEFAULT 0,
  missed        bigint NOT NULL DEFAULT 0
);
CREATE INDEX schedule_due ON schedule (next_at) WHERE paused_at IS NULL AND next_at IS NOT NULL;

-- Hot tables are vacuumed by the number of dead rows, not by a share of a table that is mostly empty.
ALTER TABLE ready     SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE scheduled SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE blocked   SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE running   SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE running_key SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE job       SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
