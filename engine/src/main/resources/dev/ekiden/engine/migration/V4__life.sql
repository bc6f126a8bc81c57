-- What a running attempt can do for itself.

-- One row: tells this database from all others, so that completeIn refuses a foreign connection.
CREATE TABLE identity (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id       uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO identity DEFAULT VALUES;
