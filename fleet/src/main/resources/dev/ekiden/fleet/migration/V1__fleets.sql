-- What fleets should be, the tasks that were asked for to make them so, and why.

CREATE TABLE ${schema}.fleet (
  name text PRIMARY KEY,
  revision bigint NOT NULL,
  document jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  -- What one decision leaves for the next, and when it was taken; written by the leader alone.
  memory jsonb,
  decided_at timestamptz
);

CREATE SEQUENCE ${schema}.fleet_task_number;

-- A row is committed before its task is launched: so whatever a launcher runs is known here, and a task that was
-- asked for and is not there can be launched again under the same id. It refers to no fleet, because tasks outlive it.
CREATE TABLE ${schema}.fleet_task (
  id text PRIMARY KEY,
  number bigint NOT NULL,
  fleet text NOT NULL,
  revision bigint NOT NULL,
  class text NOT NULL,
  instead_of text,
  launcher text NOT NULL,
  place text NOT NULL,
  asked_at timestamptz NOT NULL,
  launched_at timestamptz,
  started_at timestamptz,
  ready_at timestamptz,
  first_claim_at timestamptz,
  -- Asked to take nothing more and to end when it has nothing left.
  retire_at timestamptz,
  retire_reason text,
  -- When a simulated class will take the machine away, and when it gave notice.
  reclaim_due_at timestamptz,
  reclaimed_at timestamptz,
  -- Sent the signal to end.
  stopped_at timestamptz,
  ended_at timestamptz,
  ending text,
  detail text,
  -- The launcher has forgotten it, too.
  removed_at timestamptz,
  CHECK ((ended_at IS NULL) = (ending IS NULL)),
  CHECK (removed_at IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX fleet_task_present ON ${schema}.fleet_task (id) WHERE removed_at IS NULL;
CREATE INDEX fleet_task_of_fleet ON ${schema}.fleet_task (fleet, number DESC);

CREATE TABLE ${schema}.fleet_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fleet text NOT NULL,
  at timestamptz NOT NULL,
  revision bigint NOT NULL,
  epoch bigint NOT NULL,
  desired integer NOT NULL,
  observed jsonb NOT NULL,
  launches jsonb NOT NULL,
  stops jsonb NOT NULL,
  reason text NOT NULL,
  rejected jsonb NOT NULL
);
CREATE INDEX fleet_decision_of_fleet ON ${schema}.fleet_decision (fleet, id DESC);
