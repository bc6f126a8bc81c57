package dev.ekiden.engine;

import dev.ekiden.engine.store.AgeTable;
import dev.ekiden.engine.store.DemandTable;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.engine.store.HeadTable;
import dev.ekiden.engine.store.KeyTable;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Queues. Got from {@link Engine#queues}; thread-safe. */
public final class Queues {
  /** Longest reason for a pause. */
  public static final int MAX_REASON_LENGTH = 500;

  /** Shortest wait for one priority more. */
  public static final Duration MIN_AGE = Duration.ofSeconds(1);

  /** Longest wait for one priority more. */
  public static final Duration MAX_AGE = Duration.ofDays(30);

  /** Most depths in one answer. */
  public static final int MAX_DEPTHS = 1_000;

  private final Engine engine;
  private final Database database;

  Queues(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** All queues by name, with how they stand now. */
  public List<QueueSummary> list() {
    return database.inTransaction(DepthTable::queues);
  }

  public Optional<QueueSummary> find(String name) {
    return list().stream().filter(queue -> queue.name().equals(name)).findFirst();
  }

  /**
   * How many jobs of a queue stand where, for each of its definitions or groups that have jobs
   * which have not ended; those with most of them first.
   *
   * <p>By group it reads a row for each group that has such jobs.
   *
   * @param max 1 to {@value #MAX_DEPTHS}
   * @throws NotFoundException when there is no such queue
   */
  public List<Depth> depth(String name, Depth.By by, int max) {
    if (max < 1 || max > MAX_DEPTHS) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "one answer has 1 to %d depths, not %d".formatted(MAX_DEPTHS, max));
    }
    return database.inTransaction(handle -> {
      short id = known(QueueTable.findId(handle, name), name);
      return switch (by) {
        case DEFINITION -> DepthTable.ofDefinitions(handle, id, name, null, max);
        case GROUP -> DepthTable.ofGroups(handle, id, name, null, max);
      };
    });
  }

  /**
   * How many jobs of one definition stand where in a queue.
   *
   * @throws NotFoundException when there is no such queue or definition
   */
  public Depth depthOfDefinition(String name, String definition) {
    return database.inTransaction(handle -> {
      short id = known(QueueTable.findId(handle, name), name);
      int definitionId = engine.catalog().get(handle, definition).id();
      return DepthTable.ofDefinitions(handle, id, name, definitionId, 1).stream()
          .findFirst()
          .orElseGet(() -> new Depth(name, definition, null, 0, 0, 0, 0, null));
    });
  }

  /**
   * How many jobs of one group stand where in a queue.
   *
   * @param group null for the jobs without a group
   * @throws NotFoundException when there is no such queue
   */
  public Depth depthOfGroup(String name, @Nullable String group) {
    long groupId = group == null ? 0 : Group.id(Group.check(group));
    return database.inTransaction(handle -> {
      short id = known(QueueTable.findId(handle, name), name);
      return DepthTable.ofGroups(handle, id, name, groupId, 1).stream()
          .findFirst()
          .orElseGet(() -> new Depth(name, null, group, 0, 0, 0, 0, null));
    });
  }

  /**
   * What queues ask of the workers that serve them, for whoever decides how many of these there
   * should be. Costs some small queries for each queue, however many jobs wait.
   *
   * @return the demands of those queues that there are and that are not paused, by name
   */
  public List<QueueDemand> demand(Collection<String> names) {
    return database.inTransaction(handle -> DemandTable.demands(handle, names));
  }

  /**
   * The jobs of a queue that go next, with the reasons why they have not started: READY ones, and
   * those that a limit or the lack of a worker took out of the line. What waits for a key, for
   * other jobs or for its time is not among them. Costs some small queries for each job.
   *
   * @param max 1 to {@value QueueHead#MAX_JOBS}
   * @throws NotFoundException when there is no such queue
   */
  public QueueHead head(String name, int max) {
    if (max < 1 || max > QueueHead.MAX_JOBS) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "the head of a queue has 1 to %d jobs, not %d".formatted(QueueHead.MAX_JOBS, max));
    }
    List<Job> jobs =
        new ArrayList<>(
            database.inTransaction(handle -> {
              short id = known(QueueTable.findId(handle, name), name);
              return HeadTable.live(handle, HeadTable.ids(handle, id, max + 1));
            }));
    jobs.removeIf(job -> job.state() != JobState.READY && job.state() != JobState.BLOCKED);
    jobs.sort(Comparator.comparingInt(Job::priority).reversed().thenComparingLong(Job::id));
    boolean more = jobs.size() > max;
    return new Explainer(engine, database).explain(more ? jobs.subList(0, max) : jobs, more);
  }

  /**
   * Lets no job of a queue start any more; what runs goes on, and jobs may be enqueued. Jobs that
   * workers have claimed but not started are given back.
   *
   * @throws NotFoundException when there is no such queue
   */
  public void pause(String name, @Nullable String reason) {
    if (reason != null && reason.length() > MAX_REASON_LENGTH) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "a reason has at most %d characters, not %d"
              .formatted(MAX_REASON_LENGTH, reason.length()));
    }
    short id =
        known(database.inTransaction(handle -> QueueTable.pause(handle, name, reason)), name);
    engine.wakeUps().queuePaused(id);
  }

  /**
   * Lets jobs of a paused queue start again.
   *
   * @throws NotFoundException when there is no such queue
   */
  public void resume(String name) {
    short id = known(database.inTransaction(handle -> QueueTable.resume(handle, name)), name);
    engine.wakeUps().jobsReady(List.of(id));
  }

  /**
   * Gives READY jobs of a queue one priority more, up to 9, for each such time that they wait. A
   * job may get its first one up to that time early; what it got it keeps through its retries.
   *
   * @param perLevel {@link #MIN_AGE} to {@link #MAX_AGE}
   * @throws NotFoundException when there is no such queue
   */
  public void age(String name, Duration perLevel) {
    if (perLevel.compareTo(MIN_AGE) < 0 || perLevel.compareTo(MAX_AGE) > 0) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION,
          "the time for one priority more must be %s to %s, not %s"
              .formatted(MIN_AGE, MAX_AGE, perLevel));
    }
    known(database.inTransaction(handle -> AgeTable.set(handle, name, perLevel)), name);
  }

  /**
   * Lets jobs of a queue keep the priority they have.
   *
   * @throws NotFoundException when there is no such queue
   */
  public void ageNoMore(String name) {
    known(database.inTransaction(handle -> AgeTable.set(handle, name, null)), name);
  }

  /** How long jobs of a queue wait for one priority more; empty if they never get one. */
  public Optional<Duration> ageing(String name) {
    return database.withHandle(handle -> AgeTable.find(handle, name));
  }

  /**
   * Lets a SERIAL key go on that stopped because its job FAILED.
   *
   * @return whether it was stopped
   * @throws NotFoundException when there is no such queue
   */
  public boolean releaseKey(String name, String key) {
    short id = known(database.withHandle(handle -> QueueTable.findId(handle, name)), name);
    boolean released = database.inTransaction(handle -> KeyTable.release(handle, id, key));
    engine.wakeUps().jobsReady(List.of(id));
    return released;
  }

  static short known(Optional<Short> id, String name) {
    return id.orElseThrow(
        () -> new NotFoundException(ErrorCode.UNKNOWN_QUEUE, "there is no queue '" + name + "'"));
  }
}
