package dev.ekiden.postgres;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Lets one process at a time do the work of a name, and fences the work of one that is no longer
 * the leader.
 *
 * <p>The lease lives in a row of {@code ekiden.leader_lease} (made by {@code
 * Migrations.apply(database, LeaderLease.MODULE, LeaderLease.SCHEMA)}) and is judged by the
 * database's clock alone. Nobody takes a lease over while a transaction that has called {@link
 * #assertHeld} is open. Every instance is a candidate of its own, whatever its holder is called.
 * Safe for use by many threads.
 */
public final class LeaderLease {

  /** The module whose migrations make the table. */
  public static final String MODULE = "postgres";

  /** The schema of the table. */
  public static final String SCHEMA = "ekiden";

  /** Below this a stall of the machine costs the leadership. */
  public static final Duration MINIMUM_LEASE = Duration.ofMillis(100);

  private final Database database;
  private final String name;
  private final Duration lease;
  private final String holder;
  private final String token = UUID.randomUUID().toString();

  private LeaderLease(Database database, String name, Duration lease, String holder) {
    this.database = database;
    this.name = name;
    this.lease = lease;
    this.holder = holder;
  }

  /**
   * A candidate; nothing is asked of the database yet.
   *
   * @param name of the work, the same for all candidates
   * @param lease how long a leadership lasts without renewal; renew about three times as often
   * @param holder shown to people: host and process
   */
  public static LeaderLease of(Database database, String name, Duration lease, String holder) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A leader lease needs a name");
    }
    if (lease.compareTo(MINIMUM_LEASE) < 0) {
      throw new IllegalArgumentException(
          "The lease of " + name + " must be at least " + MINIMUM_LEASE + " but is " + lease);
    }
    return new LeaderLease(database, name, lease, holder);
  }

  /**
   * Renews the leadership, or takes it when it is free or has expired. A leader that comes too late
   * to renew begins a new leadership, with the next epoch and a new {@code acquiredAt}.
   *
   * @return empty while another holds the lease, or while work fenced by the expired one is still
   *     in its transaction; never waits for either
   */
  public Optional<Leadership> acquireOrRenew() {
    return database.withHandle(
        handle -> renew(handle).or(() -> takeOver(handle)).or(() -> takeFirst(handle)));
  }

  /** Ends the leadership now, if it is held, so that another need not wait for its expiry. */
  public void release() {
    database.withHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE ekiden.leader_lease
                SET expires_at = '-infinity'
                WHERE name = :name
                  AND token = :token
                """)
            .bind("name", name)
            .bind("token", token)
            .execute());
  }

  /**
   * Makes the rest of the handle's transaction safe: until it ends nobody can take the lease over.
   * Renewals go on meanwhile. PostgreSQL ends a transaction in which nothing is asked of it for 2
   * s, so that a leader whose process is stopped in the middle of one cannot lead for ever.
   *
   * @param handle in the transaction that does the work
   * @throws LeadershipLostException if the lease expired or the epoch moved on
   */
  public void assertHeld(Handle handle, Leadership leadership) {
    if (!leadership.name().equals(name)) {
      throw new IllegalArgumentException(
          "This is the lease of " + name + ", not of " + leadership.name());
    }
    // The epoch is part of a unique index, so that taking over (which changes it) conflicts with
    // FOR KEY SHARE, and renewing (which does not) goes past it.
    State state =
        handle
            .createQuery(
                """
                SELECT epoch, holder, expires_at > clock_timestamp() AS live,
                       set_config('idle_in_transaction_session_timeout', '2s', true)
                FROM ekiden.leader_lease
                WHERE name = :name
                FOR KEY SHARE
                """)
            .bind("name", name)
            .map((row, context) ->
                new State(row.getLong("epoch"), row.getString("holder"), row.getBoolean("live")))
            .findOne()
            .orElseThrow(() -> new LeadershipLostException(leadership, "its row is gone"));
    if (state.epoch() != leadership.epoch()) {
      throw new LeadershipLostException(
          leadership, state.holder() + " took over in epoch " + state.epoch());
    }
    if (!state.live()) {
      throw new LeadershipLostException(leadership, "the lease was not renewed in time");
    }
  }

  private Optional<Leadership> renew(Handle handle) {
    return handle
        .createQuery(
            """
            UPDATE ekiden.leader_lease
            SET expires_at = clock_timestamp() + :lease * INTERVAL '1 millisecond'
            WHERE name = :name
              AND token = :token
              AND expires_at > clock_timestamp()
            RETURNING epoch, acquired_at
            """)
        .bind("lease", lease.toMillis())
        .bind("name", name)
        .bind("token", token)
        .map((row, context) -> leadership(row.getLong(1), row.getObject(2, OffsetDateTime.class)))
        .findOne();
  }

  /** SKIP LOCKED: a candidate does not wait for the transaction of a fenced leader. */
  private Optional<Leadership> takeOver(Handle handle) {
    return candidate(
            handle.createQuery(
                """
                UPDATE ekiden.leader_lease
                SET epoch = epoch + 1,
                    holder = :holder,
                    token = :token,
                    acquired_at = clock_timestamp(),
                    expires_at = clock_timestamp() + :lease * INTERVAL '1 millisecond'
                WHERE name = (
                  SELECT name
                  FROM ekiden.leader_lease
                  WHERE name = :name
                    AND expires_at <= clock_timestamp()
                  FOR UPDATE SKIP LOCKED
                )
                RETURNING epoch, acquired_at
                """))
        .map((row, context) -> leadership(row.getLong(1), row.getObject(2, OffsetDateTime.class)))
        .findOne();
  }

  /** NOT EXISTS: the INSERT alone would wait for one that is just taking over. */
  private Optional<Leadership> takeFirst(Handle handle) {
    return candidate(
            handle.createQuery(
                """
                INSERT INTO ekiden.leader_lease
                  (name, epoch, holder, token, acquired_at, expires_at)
                SELECT :name, 1, :holder, :token, clock_timestamp(),
                       clock_timestamp() + :lease * INTERVAL '1 millisecond'
                WHERE NOT EXISTS (SELECT FROM ekiden.leader_lease WHERE name = :name)
                ON CONFLICT DO NOTHING
                RETURNING epoch, acquired_at
                """))
        .map((row, context) -> leadership(row.getLong(1), row.getObject(2, OffsetDateTime.class)))
        .findOne();
  }

  private <S extends SqlStatement<S>> S candidate(S statement) {
    return statement
        .bind("name", name)
        .bind("holder", holder)
        .bind("token", token)
        .bind("lease", lease.toMillis());
  }

  private Leadership leadership(long epoch, OffsetDateTime acquiredAt) {
    return new Leadership(name, epoch, acquiredAt.toInstant());
  }

  private record State(long epoch, String holder, boolean live) {}
}
