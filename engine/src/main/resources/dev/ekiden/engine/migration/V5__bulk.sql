-- What is done to all jobs of a filter, and how far it has come. A batch and its progress commit as
-- one, so whoever repeats the request after a kill goes on where it stopped.
CREATE TABLE bulk_operation (
  id          text PRIMARY KEY,
  request     text NOT NULL,            -- as JSON; the same id with another request is refused
  up_to       bigint NOT NULL,          -- jobs enqueued later do not belong to it
  after       bigint NOT NULL,          -- jobs up to here are done
  total       bigint NOT NULL,
  changed     bigint NOT NULL DEFAULT 0,
  skipped     bigint NOT NULL DEFAULT 0,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz
) WITH (fillfactor = 70);
