-- What a schedule does about missed firings, about a job that has not ended, about lateness and about
-- days nobody works on; and what became of its last firings.

CREATE TABLE business_calendar (
  name     text PRIMARY KEY,
  weekend  smallint[] NOT NULL,  -- 1 Monday to 7 Sunday
  holidays date[] NOT NULL
);

ALTER TABLE schedule
  ADD COLUMN missed_policy text NOT NULL DEFAULT 'RUN_ONCE'
    CHECK (missed_policy IN ('SKIP', 'RUN_ONCE', 'RUN_ALL')),
  ADD COLUMN catch_up integer NOT NULL DEFAULT 100,
  ADD COLUMN overlap text NOT NULL DEFAULT 'SKIP' CHECK (overlap IN ('ALLOW', 'SKIP', 'BUFFER')),
  ADD COLUMN start_before_millis bigint,
  ADD COLUMN calendar text REFERENCES business_calendar,
  ADD COLUMN day_rule text CHECK (day_rule IN ('SKIP', 'NEXT', 'PREVIOUS')),
  ADD CHECK ((calendar IS NULL) = (day_rule IS NULL));
CREATE INDEX schedule_calendar ON schedule (calendar) WHERE calendar IS NOT NULL;

-- The last firings of each schedule; those that wait for the job before are never dropped.
CREATE TABLE schedule_firing (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule   text NOT NULL REFERENCES schedule ON DELETE CASCADE,
  outcome    text NOT NULL CHECK (outcome IN ('FIRED', 'WAITING', 'SKIPPED', 'MISSED')),
  reason     text,
  detail     text,
  first_due  timestamptz NOT NULL,
  last_due   timestamptz NOT NULL,
  firings    bigint NOT NULL,
  decided_at timestamptz NOT NULL,
  job_id     bigint
);
CREATE INDEX schedule_firing_latest ON schedule_firing (schedule, id);
CREATE INDEX schedule_firing_waiting ON schedule_firing (schedule, id) WHERE outcome = 'WAITING';
