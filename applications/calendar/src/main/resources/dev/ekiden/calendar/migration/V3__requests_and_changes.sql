-- Reservations that the operator approves, that change, and that may cost something to cancel.

ALTER TABLE calendar.plan
  -- How long a request waits for the operator's answer; 0: bookings need none.
  ADD COLUMN approval_minutes    int NOT NULL DEFAULT 0 CHECK (approval_minutes BETWEEN 0 AND 43200),
  -- A guest cancels free of charge until so long before the start, and pays the fee afterwards.
  ADD COLUMN free_cancel_minutes int NOT NULL DEFAULT 0 CHECK (free_cancel_minutes BETWEEN 0 AND 527040),
  ADD COLUMN cancel_fee_percent  int NOT NULL DEFAULT 0 CHECK (cancel_fee_percent BETWEEN 0 AND 100);

ALTER TABLE calendar.reservation
  DROP CONSTRAINT reservation_state_check,
  ADD CONSTRAINT reservation_state_check CHECK (
    state IN ('HELD', 'REQUESTED', 'CONFIRMED', 'REJECTED', 'EXPIRED', 'CANCELED')),
  ADD CONSTRAINT reservation_request_expires CHECK (state <> 'REQUESTED' OR hold_expires_at IS NOT NULL),
  -- What the guest agreed to; a later change of the plan does not touch it.
  ADD COLUMN free_cancel_minutes int NOT NULL DEFAULT 0 CHECK (free_cancel_minutes >= 0),
  ADD COLUMN cancel_fee_percent  int NOT NULL DEFAULT 0 CHECK (cancel_fee_percent BETWEEN 0 AND 100),
  -- What canceling cost, in the currency of the reservation; null unless a guest canceled it.
  ADD COLUMN cancel_fee          bigint CHECK (cancel_fee >= 0);

-- Holds and requests are few and short-lived; expiry reads only this.
DROP INDEX calendar.reservation_held;
CREATE INDEX reservation_expiring ON calendar.reservation (hold_expires_at)
  WHERE state IN ('HELD', 'REQUESTED');
CREATE INDEX reservation_requested ON calendar.reservation (id) WHERE state = 'REQUESTED';
