CREATE TABLE ${schema}.leader_lease (
  name        text        NOT NULL PRIMARY KEY,
  epoch       bigint      NOT NULL,
  holder      text        NOT NULL,
  token       text        NOT NULL,
  acquired_at timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  -- Makes the epoch a key column: only an update that moves it conflicts with FOR KEY SHARE.
  CONSTRAINT leader_lease_fence UNIQUE (name, epoch)
) WITH (fillfactor = 50);
