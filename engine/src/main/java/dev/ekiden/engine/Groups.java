package dev.ekiden.engine;

import dev.ekiden.engine.store.GroupTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Tenants of jobs. Got from {@link Engine#groups}; thread-safe. */
public final class Groups {
  private static final Duration FIRST_LOOK = Duration.ofMillis(5);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(100);

  private final Engine engine;
  private final Database database;

  Groups(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** Groups that have settings of their own, by name. */
  public List<Group> list() {
    return database.withHandle(GroupTable::list);
  }

  /** A group; one without settings of its own has weight 1, epoch 1 and is open. */
  public Group get(String name) {
    Group.check(name);
    return database
        .withHandle(handle -> GroupTable.find(handle, Group.id(name)))
        .orElseGet(() -> new Group(name, 1, 1, null, null));
  }

  /**
   * Sets the share of a group against others.
   *
   * @param weight {@link Group#MIN_WEIGHT} to {@link Group#MAX_WEIGHT}
   */
  public void weight(String name, double weight) {
    if (!(weight >= Group.MIN_WEIGHT && weight <= Group.MAX_WEIGHT)) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "the weight of a group must be %s to %s, not %s"
              .formatted(Group.MIN_WEIGHT, Group.MAX_WEIGHT, weight));
    }
    change(
        name,
        (handle, id) -> {
          GroupTable.weight(handle, id, weight);
          return id;
        });
  }

  /**
   * Lets no job of a group start any more; what workers have claimed runs on. When this returns, no
   * worker claims any more of them.
   */
  public void hold(String name, @Nullable String reason) {
    if (reason != null && reason.length() > Queues.MAX_REASON_LENGTH) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "a reason has at most %d characters, not %d"
              .formatted(Queues.MAX_REASON_LENGTH, reason.length()));
    }
    change(
        name,
        (handle, id) -> {
          GroupTable.hold(handle, id, reason);
          return id;
        });
    engine.wakeUps().groupHeld(Group.id(name));
  }

  /** Lets jobs of a held group start again. */
  public void release(String name) {
    change(
        name,
        (handle, id) -> {
          GroupTable.release(handle, id);
          return id;
        });
    engine.wakeUps().jobsReady(List.of(WakeUps.EVERY_QUEUE));
  }

  /**
   * Holds a group and waits until none of its jobs runs, or for so long at most.
   *
   * @return how many still run; 0 when it is drained
   */
  public long drain(String name, @Nullable String reason, Duration atMost)
      throws InterruptedException {
    hold(name, reason);
    long deadline = System.nanoTime() + atMost.toNanos();
    Duration pause = FIRST_LOOK;
    while (true) {
      long running = running(name);
      long left = deadline - System.nanoTime();
      if (running == 0 || left <= 0) {
        return running;
      }
      Thread.sleep(Duration.ofNanos(Math.min(pause.toNanos(), left)));
      pause = pause.compareTo(LONGEST_LOOK) < 0 ? pause.multipliedBy(2) : LONGEST_LOOK;
    }
  }

  /** How many jobs of a group are claimed, started or not. */
  public long running(String name) {
    Group.check(name);
    return database.withHandle(handle -> GroupTable.running(handle, Group.id(name)));
  }

  /**
   * Begins a new epoch of a group: the attempts of its jobs that were claimed before can no longer
   * end them. Whatever they report, their jobs are given back and run again.
   *
   * @return the new epoch
   */
  public long advanceEpoch(String name) {
    return change(name, GroupTable::advance);
  }

  private interface Change {
    long apply(Handle handle, long id);
  }

  private long change(String name, Change change) {
    Group.check(name);
    long id = Group.id(name);
    return database.inTransaction(handle -> {
      GroupTable.insert(handle, id, name);
      return change.apply(handle, id);
    });
  }
}
