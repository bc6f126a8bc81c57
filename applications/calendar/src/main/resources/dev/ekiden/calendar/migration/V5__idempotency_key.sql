-- Answers to booking requests that named an Idempotency-Key, for a day. An answer may hold the token of
-- a reservation, so it is encrypted with the key, of which only a hash is here.
CREATE TABLE calendar.idempotency_key (
  key_hash     bytea PRIMARY KEY CHECK (octet_length(key_hash) = 32),
  -- SHA-256 of method, path and body: another request with the same key is refused.
  request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
  -- Null only inside the transaction that answers.
  answer       bytea,
  created_at   timestamptz NOT NULL
);
CREATE INDEX idempotency_key_created ON calendar.idempotency_key (created_at);
