-- How many jobs wait, without counting them. Triggers note what a statement brought to ready,
-- scheduled and blocked or took from them: a row for each queue, definition and group. Every second
-- the notes are added to two tables of totals. A depth is the total and the notes, read by one
-- statement: exact in every snapshot, whoever moved the jobs, and nobody waits for a row of it.
-- Running jobs are as few as workers hold, and are counted.

CREATE TYPE waiting_state AS ENUM ('READY', 'SCHEDULED', 'BLOCKED');

-- It has no index: it is only added to, and read and emptied as a whole.
CREATE TABLE depth_note (
  queue_id      smallint NOT NULL,
  definition_id integer NOT NULL,
  group_id      bigint NOT NULL,
  state         waiting_state NOT NULL,
  jobs          bigint NOT NULL,  -- less than zero when they went
  one_job       bigint NOT NULL   -- one of them, which knows the name of its group
);

CREATE TABLE depth_of_definition (
  queue_id      smallint NOT NULL,
  definition_id integer NOT NULL,
  state         waiting_state NOT NULL,
  jobs          bigint NOT NULL,
  PRIMARY KEY (queue_id, definition_id, state)
) WITH (fillfactor = 70);

CREATE TABLE depth_of_group (
  queue_id smallint NOT NULL,
  group_id bigint NOT NULL,
  state    waiting_state NOT NULL,
  jobs     bigint NOT NULL,
  one_job  bigint NOT NULL,
  PRIMARY KEY (queue_id, group_id, state)
) WITH (fillfactor = 70);

ALTER TABLE depth_note          SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE depth_of_definition SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE depth_of_group      SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Half of all statements move nothing from or to one of the tables; to ask first halves their cost.
CREATE FUNCTION note_depth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM changed) THEN
    INSERT INTO ekiden.depth_note (queue_id, definition_id, group_id, state, jobs, one_job)
    SELECT queue_id, definition_id, group_id, CAST(TG_ARGV[0] AS ekiden.waiting_state),
           CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END, max(id)
    FROM changed
    GROUP BY queue_id, definition_id, group_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER note_came AFTER INSERT ON ready REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('READY');
CREATE TRIGGER note_went AFTER DELETE ON ready REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('READY');
CREATE TRIGGER note_came AFTER INSERT ON scheduled REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('SCHEDULED');
CREATE TRIGGER note_went AFTER DELETE ON scheduled REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('SCHEDULED');
CREATE TRIGGER note_came AFTER INSERT ON blocked REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('BLOCKED');
CREATE TRIGGER note_went AFTER DELETE ON blocked REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_depth('BLOCKED');

-- Updates are not noted, so what a depth is of must not change by one.
CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'queue, definition and group of a job in % do not change', TG_TABLE_NAME;
END $$;

CREATE TRIGGER refuse_move BEFORE UPDATE OF queue_id, definition_id, group_id ON ready
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_move();
CREATE TRIGGER refuse_move BEFORE UPDATE OF queue_id, definition_id, group_id ON scheduled
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_move();
CREATE TRIGGER refuse_move BEFORE UPDATE OF queue_id, definition_id, group_id ON blocked
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_move();

INSERT INTO depth_note (queue_id, definition_id, group_id, state, jobs, one_job)
SELECT queue_id, definition_id, group_id, CAST(state AS waiting_state), count(*), max(id)
FROM (
  SELECT queue_id, definition_id, group_id, 'READY' AS state, id FROM ready
  UNION ALL
  SELECT queue_id, definition_id, group_id, 'SCHEDULED', id FROM scheduled
  UNION ALL
  SELECT queue_id, definition_id, group_id, 'BLOCKED', id FROM blocked) AS waiting
GROUP BY queue_id, definition_id, group_id, state;

-- The oldest job of a definition. Queue and definition are one number, so that no claim is ever
-- planned along this index: claims read in the order of ready_order.
CREATE INDEX ready_oldest ON ready ((CAST(queue_id AS bigint) << 32 | definition_id), id);

-- Jobs that no live worker of their queue can run stand aside in blocked. A new value of a type is
-- of no use in the transaction that adds it, so the type is made anew.
DROP INDEX blocked_key, blocked_absorbed, blocked_limit;
ALTER TYPE blocked_reason RENAME TO blocked_reason_old;
CREATE TYPE blocked_reason AS
  ENUM ('KEY', 'ABSORBED', 'LIMIT', 'DEPENDENCY', 'CHILDREN', 'NO_WORKER');
ALTER TABLE blocked ALTER COLUMN reason TYPE blocked_reason USING reason::text::blocked_reason;
DROP TYPE blocked_reason_old;
CREATE INDEX blocked_key ON blocked (queue_id, key, id) WHERE reason = 'KEY';
CREATE INDEX blocked_absorbed ON blocked (blocker) WHERE reason = 'ABSORBED';
CREATE INDEX blocked_limit ON blocked (queue_id, definition_id, priority DESC, id) WHERE reason = 'LIMIT';
CREATE INDEX blocked_aside ON blocked (queue_id, definition_id, id) WHERE reason = 'NO_WORKER';
CREATE INDEX blocked_aside_key ON blocked (queue_id, key, id) WHERE reason = 'NO_WORKER' AND key IS NOT NULL;

-- Definitions whose finished jobs are kept for other times than the policy says. A day is dropped
-- when all of it is over; until then single definitions are deleted from it.
CREATE TABLE retention_override (
  definition_id  integer PRIMARY KEY REFERENCES definition,
  succeeded_days integer NOT NULL CHECK (succeeded_days > 0),
  failed_days    integer NOT NULL CHECK (failed_days > 0)
);

-- What was deleted from the table of a day, so that it is not looked for again.
CREATE TABLE retention_sweep (
  kind  text NOT NULL,
  day   date NOT NULL,
  swept text NOT NULL,
  PRIMARY KEY (kind, day)
);
