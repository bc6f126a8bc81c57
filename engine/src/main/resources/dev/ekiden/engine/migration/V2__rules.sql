-- What may keep a job from running: keys, groups, limits, dependencies.
--
-- All of it is decided under the gate of the queue, an advisory lock that claims take (shared by
-- those that touch none of it) and ends of attempts that hold a key. So the rows below need no locks
-- of their own, and a row that is parked is always seen by whoever frees it.

-- Live jobs: what travels with the state. A group is the hash of its name (see Group in the code),
-- 0 is none; vcpus are thousandths.
ALTER TYPE key_kind RENAME TO key_kind_old;
CREATE TYPE key_kind AS ENUM ('COALESCE', 'UNIQUE', 'SERIAL', 'SERIAL_HOLD', 'LIMIT');
ALTER TYPE blocked_reason RENAME TO blocked_reason_old;
CREATE TYPE blocked_reason AS ENUM ('KEY', 'ABSORBED', 'LIMIT', 'DEPENDENCY', 'CHILDREN');

DROP INDEX ready_order, ready_key, ready_lost, scheduled_key, blocked_key, blocked_absorbed;
DROP TABLE running_key;

ALTER TABLE job
  ALTER COLUMN key_kind TYPE key_kind USING key_kind::text::key_kind,
  ADD COLUMN key_limit     smallint,
  ADD COLUMN group_id      bigint  NOT NULL DEFAULT 0,
  ADD COLUMN group_name    text,
  ADD COLUMN vcpus         integer NOT NULL DEFAULT 1000,
  ADD COLUMN start_before  timestamptz,       -- a claim later than this is too late
  ADD COLUMN clone_of      bigint,
  ADD COLUMN parent_id     bigint,            -- of a child of an array job
  ADD COLUMN array_index   integer;

ALTER TABLE finished
  ALTER COLUMN key_kind TYPE key_kind USING key_kind::text::key_kind,
  ADD COLUMN key_limit     smallint,
  ADD COLUMN group_id      bigint  NOT NULL DEFAULT 0,
  ADD COLUMN group_name    text,
  ADD COLUMN vcpus         integer NOT NULL DEFAULT 1000,
  ADD COLUMN start_before  timestamptz,
  ADD COLUMN clone_of      bigint,
  ADD COLUMN parent_id     bigint,
  ADD COLUMN array_index   integer;

ALTER TABLE ready
  ADD COLUMN key_kind  key_kind,
  ADD COLUMN key_limit smallint,
  ADD COLUMN group_id  bigint  NOT NULL DEFAULT 0,
  ADD COLUMN vcpus     integer NOT NULL DEFAULT 1000,
  ADD COLUMN dependent boolean NOT NULL DEFAULT false;  -- waits for other jobs, or has waited
UPDATE ready SET key_kind = 'COALESCE' WHERE key IS NOT NULL;

ALTER TABLE scheduled
  ADD COLUMN key_kind  key_kind,
  ADD COLUMN key_limit smallint,
  ADD COLUMN group_id  bigint  NOT NULL DEFAULT 0,
  ADD COLUMN vcpus     integer NOT NULL DEFAULT 1000,
  ADD COLUMN dependent boolean NOT NULL DEFAULT false;
UPDATE scheduled SET key_kind = 'COALESCE' WHERE key IS NOT NULL;

ALTER TABLE blocked
  ALTER COLUMN reason TYPE blocked_reason USING reason::text::blocked_reason,
  ADD COLUMN key_kind  key_kind,
  ADD COLUMN key_limit smallint,
  ADD COLUMN group_id  bigint  NOT NULL DEFAULT 0,
  ADD COLUMN vcpus     integer NOT NULL DEFAULT 1000,
  ADD COLUMN dependent boolean NOT NULL DEFAULT false;
UPDATE blocked SET key_kind = 'COALESCE' WHERE key IS NOT NULL;

ALTER TABLE running
  ADD COLUMN key_kind    key_kind,
  ADD COLUMN key_limit   smallint,
  ADD COLUMN group_id    bigint  NOT NULL DEFAULT 0,
  ADD COLUMN vcpus       integer NOT NULL DEFAULT 1000,
  ADD COLUMN dependent   boolean NOT NULL DEFAULT false,
  ADD COLUMN group_epoch bigint,                -- of its group when it was claimed
  ADD COLUMN wakes       smallint,              -- whose claims its end makes room for: a queue, 0 all
  ADD COLUMN completed   boolean NOT NULL DEFAULT false,  -- by its handler, in a transaction of its own
  ADD COLUMN completed_result json;
UPDATE running SET key_kind = 'COALESCE' WHERE key IS NOT NULL;

DROP TYPE key_kind_old;
DROP TYPE blocked_reason_old;

-- Claims read in exactly this order: lanes of one priority and group, each in the order of ids.
CREATE UNIQUE INDEX ready_order ON ready (queue_id, priority DESC, group_id, id);
CREATE INDEX ready_key ON ready (queue_id, key, id) WHERE key IS NOT NULL;
CREATE INDEX ready_group ON ready (queue_id) WHERE group_id <> 0;
CREATE INDEX ready_dependent ON ready (queue_id) WHERE dependent;
CREATE INDEX ready_lost ON ready (queue_id, priority DESC, id) WHERE losses > 0;
CREATE INDEX scheduled_key ON scheduled (queue_id, key) WHERE key IS NOT NULL AND backing_off;
CREATE INDEX blocked_key ON blocked (queue_id, key, id) WHERE reason = 'KEY';
CREATE INDEX blocked_absorbed ON blocked (blocker) WHERE reason = 'ABSORBED';
CREATE INDEX blocked_limit ON blocked (queue_id, definition_id, priority DESC, id) WHERE reason = 'LIMIT';
CREATE INDEX running_key ON running (queue_id, key) WHERE key IS NOT NULL;

ALTER TABLE definition ADD COLUMN vcpus integer NOT NULL DEFAULT 1000;

-- Settings of groups; a group that has none has no row.
CREATE TABLE job_group (
  id          bigint PRIMARY KEY,
  name        text   NOT NULL UNIQUE,
  weight      real   NOT NULL DEFAULT 1 CHECK (weight > 0),
  epoch       bigint NOT NULL DEFAULT 1,
  held_at     timestamptz,
  held_reason text
);

-- A limit. queue_id 0 means all queues; subject is a definition or a group, 0 where the scope has none.
CREATE TABLE limit_rule (
  scope       text     NOT NULL
    CHECK (scope IN ('EVERYTHING', 'QUEUE', 'DEFINITION', 'GROUP', 'EACH_GROUP', 'EACH_KEY')),
  queue_id    smallint NOT NULL,
  subject     bigint   NOT NULL,
  running     integer  CHECK (running >= 0),
  vcpus       bigint   CHECK (vcpus >= 0),      -- thousandths
  rate        integer  CHECK (rate > 0),        -- starts in each period
  rate_micros bigint   CHECK (rate_micros > 0),
  PRIMARY KEY (scope, queue_id, subject)
);

-- How much of a rate is used up: starts in each thousandth of its period, numbered from the epoch.
CREATE TABLE rate_use (
  scope    text     NOT NULL,
  queue_id smallint NOT NULL,
  subject  bigint   NOT NULL,  -- a definition, a group, the hash of a key
  part     bigint   NOT NULL,
  starts   integer  NOT NULL,
  PRIMARY KEY (scope, queue_id, subject, part)
) WITH (fillfactor = 70);

-- A SERIAL_HOLD key whose job FAILED: it stops until somebody releases it.
CREATE TABLE held_key (
  queue_id smallint    NOT NULL,
  key      text        NOT NULL,
  job_id   bigint      NOT NULL,
  held_at  timestamptz NOT NULL,
  PRIMARY KEY (queue_id, key)
);
