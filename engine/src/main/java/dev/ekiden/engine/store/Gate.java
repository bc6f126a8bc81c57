package dev.ekiden.engine.store;

import java.util.Collection;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * The lock of a queue under which everything is decided that may keep its jobs from running: keys,
 * groups, limits, dependencies. An advisory lock that ends with the transaction.
 *
 * <p>A claim that touches none of this takes it shared, so that a new limit waits for it; every
 * other claim, and every end of an attempt that holds a key, takes it alone. Enqueueing never takes
 * it. Locked last in a transaction, after rows of {@code running}, and in the order of the queues;
 * so a transaction that ended attempts with keys of another queue must commit before it claims.
 */
final class Gate {
  /** Of limits that span queues; locked after the gate of the queue. */
  static final short EVERY_QUEUE = 0;

  /** Tells our advisory locks from those of others: "ekid". */
  private static final int SPACE = 0x656b6964;

  /** Of epochs of groups: "ekie". Held by completions until they end, and by a new epoch. */
  private static final int EPOCH_SPACE = 0x656b6965;

  private static final String LOCK =
      "SELECT CAST(pg_advisory_xact_lock(:space, CAST(:number AS integer)) AS text)";

  private static final String LOCK_BOTH =
      LOCK + ", CAST(pg_advisory_xact_lock(:space, %d) AS text)".formatted(EVERY_QUEUE);

  private static final String SHARE =
      "SELECT CAST(pg_advisory_xact_lock_shared(:space, CAST(:number AS integer)) AS text)";

  /**
   * Waits until nobody is inside the gate of {@code :queue_id} alone, and keeps such out until the
   * transaction ends; also {@link Plans#useIndexes}. Begins a text of two statements: they go in
   * one round trip, and the second sees all that was committed before the gate was got.
   */
  static final String SHARE_FIRST =
      "SELECT pg_advisory_xact_lock_shared(%d, CAST(:queue_id AS integer)), %s;\n"
          .formatted(SPACE, Plans.USE_INDEXES);

  private static final String QUEUE_IDS = "SELECT id FROM ekiden.queue";

  private Gate() {}

  /** Waits until nobody else is inside, and keeps others out until the transaction ends. */
  static void lock(Handle handle, short queueId) {
    take(handle, LOCK + ", " + Plans.BOUND_IDLENESS, SPACE, queueId);
  }

  /**
   * Locks the gate of a queue for a claim, and then, if asked, that of limits that span queues;
   * also {@link Plans#useIndexes}.
   */
  static void lockForClaim(Handle handle, short queueId, boolean spans) {
    // In one statement to save round trips of every claim; its parts run in the order of the text.
    take(handle, (spans ? LOCK_BOTH : LOCK) + ", " + Plans.USE_INDEXES, SPACE, queueId);
  }

  /** Locks the gate of every queue there is, but not that of limits that span them. */
  static void lockAll(Handle handle) {
    lock(handle, handle.createQuery(QUEUE_IDS).mapTo(Short.class).list());
  }

  static void lock(Handle handle, Collection<Short> queueIds) {
    new TreeSet<>(queueIds).forEach(queueId -> lock(handle, queueId));
  }

  /**
   * Keeps the epoch of a group as it is until the transaction ends; which may be a handler's own,
   * so nothing is set in it.
   */
  static void shareEpoch(Handle handle, long groupId) {
    take(handle, SHARE, EPOCH_SPACE, (int) groupId);
  }

  /** Waits until nobody keeps the epoch of a group as it is. */
  static void lockEpoch(Handle handle, long groupId) {
    take(handle, LOCK + ", " + Plans.BOUND_IDLENESS, EPOCH_SPACE, (int) groupId);
  }

  private static void take(Handle handle, String statement, int space, int number) {
    handle
        .createQuery(statement)
        .bind("space", space)
        .bind("number", number)
        .mapTo(String.class)
        .one();
  }
}
