-- Job definitions that run programs, and the tasks in which they run.

-- Every revision stays: a task may still run one. The numbers are given under a lock, so in the order of the commits.
CREATE TABLE ${schema}.command_revision (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  revision integer NOT NULL,
  source text NOT NULL,
  applied_at timestamptz NOT NULL,
  UNIQUE (name, revision)
);

-- Where tasks are: servers with a launcher there say that they see them.
CREATE TABLE ${schema}.command_place (
  place text PRIMARY KEY,
  host text NOT NULL,
  seen_at timestamptz NOT NULL
);

-- A row is committed before its task is launched, under an id that is used for no other. It belongs to its job until an
-- attempt ends with it, and is open until the next attempt or the end of the job closes it.
CREATE TABLE ${schema}.command_task (
  id text PRIMARY KEY,
  job_id bigint NOT NULL,
  attempt integer NOT NULL,
  definition text NOT NULL,
  revision integer NOT NULL,
  launcher text NOT NULL,
  place text NOT NULL REFERENCES ${schema}.command_place,
  grace_millis bigint NOT NULL,
  intended_at timestamptz NOT NULL,
  launched_at timestamptz,
  phase text NOT NULL DEFAULT 'INTENDED',
  phase_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  ending text,
  peak_memory_bytes bigint,
  cpu_micros bigint,
  closed_at timestamptz,
  removed_at timestamptz,
  CHECK (removed_at IS NULL OR closed_at IS NOT NULL)
);
CREATE UNIQUE INDEX command_task_open ON ${schema}.command_task (job_id) WHERE closed_at IS NULL;
CREATE INDEX command_task_present ON ${schema}.command_task (place) WHERE removed_at IS NULL;
CREATE INDEX command_task_of_job ON ${schema}.command_task (job_id, attempt);
CREATE INDEX command_task_removed ON ${schema}.command_task (removed_at) WHERE removed_at IS NOT NULL;
