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
