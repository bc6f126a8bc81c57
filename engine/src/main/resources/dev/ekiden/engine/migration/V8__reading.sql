-- What lists, charts and links read, so that they stay fast with millions of finished jobs.

-- Lists that ask for a queue or a definition. Queue and definition are one number, as in
-- ready_oldest, because an index costs every job that ends.
CREATE INDEX finished_kind ON finished ((CAST(queue_id AS bigint) << 32 | definition_id), id);

-- Which definitions jobs of a queue ever had: the numbers to look for.
CREATE TABLE kind (
  queue_id      smallint NOT NULL,
  definition_id integer NOT NULL,
  PRIMARY KEY (queue_id, definition_id)
);
CREATE FUNCTION note_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ekiden.kind (queue_id, definition_id) VALUES (NEW.queue_id, NEW.id)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_kind AFTER INSERT OR UPDATE OF queue_id ON definition
  FOR EACH ROW EXECUTE FUNCTION note_kind();
INSERT INTO kind (queue_id, definition_id)
SELECT queue_id, id FROM definition
UNION
SELECT queue_id, definition_id FROM job
UNION
SELECT queue_id, definition_id FROM finished;

-- These cost only the jobs that have what they are about. A key is indexed by a hash of it.
CREATE INDEX job_key        ON job      (hashtextextended(key, 0), id) WHERE key IS NOT NULL;
CREATE INDEX finished_key   ON finished (hashtextextended(key, 0), id) WHERE key IS NOT NULL;
CREATE INDEX job_group_id   ON job      (group_id, id) WHERE group_id <> 0;
CREATE INDEX finished_group ON finished (group_id, id) WHERE group_id <> 0;
CREATE INDEX job_clone      ON job      (clone_of, id) WHERE clone_of IS NOT NULL;
CREATE INDEX finished_clone ON finished (clone_of, id) WHERE clone_of IS NOT NULL;
CREATE INDEX finished_state ON finished_long (state, id);

-- The last job id at a time: what was enqueued before or after it need not be looked for among the
-- others. At most one a minute, and one for a thousand jobs.
CREATE TABLE id_at (
  last_id bigint NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (last_id, at)
);

-- What happened in a queue in each minute of two days and each hour of thirty. Counts are added by
-- the processes that enqueue and run jobs, depths by the leader once a minute; those of an hour are
-- the highest of its minutes.
CREATE TABLE history (
  minutes   smallint NOT NULL,  -- 1 or 60
  at        timestamptz NOT NULL,
  queue_id  smallint NOT NULL,
  enqueued  bigint NOT NULL DEFAULT 0,
  succeeded bigint NOT NULL DEFAULT 0,
  failed    bigint NOT NULL DEFAULT 0,
  retried   bigint NOT NULL DEFAULT 0,
  ready     bigint,             -- null until the depth is known
  scheduled bigint,
  blocked   bigint,
  running   bigint,
  oldest_millis bigint,         -- null as well when no job was READY
  PRIMARY KEY (minutes, at, queue_id)
) WITH (fillfactor = 70);
