-- What attempts took of workers, summed up for each quarter of an hour, so that costs of months are
-- known when the jobs are long forgotten. A quarter lies in one day whatever the zone.

-- An attempt is added once the time up to which all is added has passed its end, to every quarter in
-- which it ran.
CREATE TABLE usage (
  quarter       timestamptz NOT NULL,
  worker_id     bigint NOT NULL,
  queue_id      smallint NOT NULL,
  definition_id integer NOT NULL,
  group_id      bigint NOT NULL,
  group_name    text,
  attempts      bigint NOT NULL,  -- that ended in it
  micros        bigint NOT NULL,  -- how long handlers ran
  vcpu_micros   bigint NOT NULL,  -- the same times the thousandths of vCPUs of their jobs
  PRIMARY KEY (quarter, worker_id, queue_id, definition_id, group_id)
) WITH (fillfactor = 90);

-- Workers are known here for as long, by the time of attempts, which is the engine's.
CREATE TABLE usage_worker (
  id         bigint PRIMARY KEY,
  name       text NOT NULL,
  slots      integer NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz
);

-- Attempts that ended before are added. Whoever adds locks the row.
CREATE TABLE usage_until (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  until    timestamptz NOT NULL
);

-- What ended in some time. Both tables grow in the order of these times, so a few bytes for every
-- 32 pages are enough, and a job that ends costs no more for it.
CREATE INDEX finished_at ON finished USING brin (finished_at)
  WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX attempt_at ON attempt USING brin (ended_at)
  WITH (pages_per_range = 32, autosummarize = on);
