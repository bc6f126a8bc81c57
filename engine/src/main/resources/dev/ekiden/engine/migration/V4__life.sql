-- What a running attempt can do for itself.

-- One row: tells this database from all others, so that completeIn refuses a foreign connection.
CREATE TABLE identity (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id       uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO identity DEFAULT VALUES;

-- The last state that a running job kept; gone when the job is not live any more.
CREATE TABLE checkpoint (
  job_id   bigint PRIMARY KEY,
  attempt  integer NOT NULL,
  data     bytea NOT NULL,
  saved_at timestamptz NOT NULL
);

-- Whether a job that was not started in time runs nevertheless; else it is dropped.
ALTER TABLE job ADD COLUMN run_late boolean NOT NULL DEFAULT false;
ALTER TABLE finished ADD COLUMN run_late boolean NOT NULL DEFAULT false;

-- Jobs that wait for others. A row stays until the job is decided: it runs, or ends without.
CREATE TYPE dependency_condition AS ENUM ('SUCCESS', 'FAILURE', 'END');
CREATE TABLE dependency (
  job_id    bigint  NOT NULL,
  parent_id bigint  NOT NULL,
  condition dependency_condition NOT NULL,
  any_of    boolean NOT NULL,  -- whether one parent is enough; the same for all rows of a job
  state     job_end,           -- as what the parent ended, if the row was there by then
  PRIMARY KEY (job_id, parent_id)
);
CREATE INDEX dependency_parent ON dependency (parent_id);

-- Ageing: every age_every, READY jobs that were there the last time get one priority more.
ALTER TABLE queue
  ADD COLUMN age_every interval CHECK (age_every > interval '0'),
  ADD COLUMN age_next  timestamptz,  -- when next
  ADD COLUMN age_up_to bigint;       -- the last id that was given out the last time

-- Array jobs: how their children ended. A child that is run again is taken out of the count.
CREATE TABLE array_job (
  id        bigint  PRIMARY KEY,
  size      integer NOT NULL,
  tolerated integer NOT NULL,
  succeeded integer NOT NULL DEFAULT 0,
  failed    integer NOT NULL DEFAULT 0  -- or canceled
) WITH (fillfactor = 70);
CREATE INDEX job_parent ON job (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX finished_parent ON finished (parent_id, id) WHERE parent_id IS NOT NULL;
