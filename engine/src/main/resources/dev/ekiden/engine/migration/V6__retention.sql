-- Finished jobs stand in partitions, by how long they are kept and by the day (UTC) on which they
-- ended, so that a day is forgotten by dropping a table. What has no partition yet goes to "other"
-- and is moved when its day gets one. A job that has not ended is in none of them.

-- One row once somebody has changed it.
CREATE TABLE retention_policy (
  only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  succeeded_days integer NOT NULL CHECK (succeeded_days > 0),
  failed_days    integer NOT NULL CHECK (failed_days > 0)
);

ALTER TABLE finished RENAME TO finished_before;
ALTER TABLE finished_before DROP CONSTRAINT finished_pkey;
DROP INDEX finished_failed, finished_parent;

CREATE TABLE finished (LIKE finished_before INCLUDING DEFAULTS) PARTITION BY LIST (state);
CREATE TABLE finished_short PARTITION OF finished
  FOR VALUES IN ('SUCCEEDED') PARTITION BY RANGE (finished_at);
CREATE TABLE finished_long PARTITION OF finished
  FOR VALUES IN ('FAILED', 'CANCELED') PARTITION BY RANGE (finished_at);
CREATE TABLE finished_short_other PARTITION OF finished_short DEFAULT;
CREATE TABLE finished_long_other PARTITION OF finished_long DEFAULT;
CREATE INDEX finished_id ON finished (id);
CREATE INDEX finished_parent ON finished (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX finished_failed ON finished_long (queue_id, id) WHERE state = 'FAILED';

-- Makes the partition of a day, if it is not there, and moves to it what came before it. The table
-- is made first and attached then, because that lets others write meanwhile.
CREATE FUNCTION add_finished_day(class text, day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  part  text := format('finished_%s_%s', class, to_char(day, 'YYYYMMDD'));
  since timestamptz := day::timestamp AT TIME ZONE 'UTC';
  until timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  LOCK TABLE ekiden.retention_policy IN EXCLUSIVE MODE;
  IF to_regclass('ekiden.' || part) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE ekiden.%I (LIKE ekiden.finished INCLUDING DEFAULTS)', part);
  EXECUTE format('LOCK TABLE ekiden.finished_%s_other IN SHARE ROW EXCLUSIVE MODE', class);
  EXECUTE format(
    'WITH moved AS (
       DELETE FROM ekiden.finished_%s_other WHERE finished_at >= %L AND finished_at < %L
       RETURNING *)
     INSERT INTO ekiden.%I SELECT * FROM moved', class, since, until, part);
  EXECUTE format(
    'ALTER TABLE ekiden.finished_%s ATTACH PARTITION ekiden.%I FOR VALUES FROM (%L) TO (%L)',
    class, part, since, until);
  RETURN true;
END $$;

SELECT add_finished_day(class, CAST(day AS date))
FROM unnest('{short,long}'::text[]) AS class,
     generate_series(
       date_trunc('day', engine_now() AT TIME ZONE 'UTC'),
       date_trunc('day', engine_now() AT TIME ZONE 'UTC') + interval '3 days',
       interval '1 day') AS day;

SELECT add_finished_day(class, day)
FROM (
  SELECT DISTINCT CASE WHEN state = 'SUCCEEDED' THEN 'short' ELSE 'long' END AS class,
         CAST(finished_at AT TIME ZONE 'UTC' AS date) AS day
  FROM finished_before) AS present;

INSERT INTO finished SELECT * FROM finished_before;
DROP TABLE finished_before;
