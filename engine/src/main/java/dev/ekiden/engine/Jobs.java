package dev.ekiden.engine;

import dev.ekiden.engine.store.ArrayTable;
import dev.ekiden.engine.store.CloneTable.Clones;
import dev.ekiden.engine.store.DependencyTable;
import dev.ekiden.engine.store.JobTable;
import dev.ekiden.engine.store.LifeTable;
import dev.ekiden.engine.store.LinkTable;
import dev.ekiden.engine.store.LogTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Jobs that exist: read, cancel, retry. Got from {@link Engine#jobs}; thread-safe. */
public final class Jobs {
  /** Most jobs of one page. */
  public static final int MAX_PAGE = 1_000;

  /** A page that is not full by then is answered as it is. */
  public static final Duration SEARCH_TIME = Duration.ofMillis(100);

  /** A job that moves from state to state is looked for this often before we give up. */
  private static final int CANCEL_TRIES = 100;

  private static final Duration FIRST_LOOK = Duration.ofMillis(5);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(200);

  private final Engine engine;
  private final Database database;

  Jobs(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  public Optional<Job> find(long id) {
    return database.withHandle(handle -> JobTable.find(handle, id));
  }

  /**
   * Reads a job that must exist.
   *
   * @throws NotFoundException when there is no such job
   */
  public Job get(long id) {
    return find(id).orElseThrow(() -> unknown(id));
  }

  /** Those of the jobs that have not ended, by one look-up of them all. */
  public Set<Long> live(Collection<Long> ids) {
    return ids.isEmpty() ? Set.of() : database.withHandle(handle -> JobTable.live(handle, ids));
  }

  private static NotFoundException unknown(long id) {
    return new NotFoundException(ErrorCode.UNKNOWN_JOB, "there is no job " + id);
  }

  /**
   * Lists jobs, newest first.
   *
   * <p>Answers within about {@link #SEARCH_TIME}, however many jobs there are: when hardly any
   * meets the filter and no index leads there, the page is not full and says how far was searched;
   * {@link Page#next} goes on from there. Filters by key, group, parent, queue, definition or state
   * alone have indexes.
   *
   * @param cursor {@link Page#next} of the page before, or null to begin
   * @param limit 1 to {@value #MAX_PAGE}
   */
  public Page<Job> list(JobFilter filter, @Nullable String cursor, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "limit must be 1 to " + MAX_PAGE + ", not " + limit);
    }
    return new JobSearch(database, SEARCH_TIME, JobSearch.FIRST_WIDTH)
        .page(filter, cursor == null ? Long.MAX_VALUE : parse(cursor), limit);
  }

  private static long parse(String cursor) {
    try {
      long before = Long.parseLong(cursor);
      if (before > 0) {
        return before;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new InvalidRequestException(
        ErrorCode.INVALID_CURSOR, "'" + cursor + "' is not a cursor of this listing");
  }

  /** The jobs that a job waits for, and how they are to end; empty once that is decided. */
  public Map<Long, Dependencies.Condition> dependencies(long id) {
    get(id);
    Map<Long, Dependencies.Condition> parents = new LinkedHashMap<>();
    database
        .withHandle(handle -> DependencyTable.of(handle, id))
        .forEach(edge -> parents.put(edge.parentId(), edge.condition()));
    return parents;
  }

  /**
   * Other jobs that a job has to do with.
   *
   * @throws NotFoundException when there is no such job
   */
  public JobLinks links(long id) {
    get(id);
    return database.withHandle(handle -> LinkTable.of(handle, id));
  }

  /** Attempts of a job, oldest first; one that runs is the last. */
  public List<Attempt> attempts(long id) {
    get(id);
    return database.withHandle(handle -> JobTable.attempts(handle, id));
  }

  /**
   * What happened to a job and why, in order: when it was enqueued, and when each attempt was
   * claimed, started and ended. When a job that waited became READY is not kept.
   */
  public List<JobEvent> history(long id) {
    return database.withHandle(handle ->
        JobTable.find(handle, id)
            .map(job -> JobEvent.of(job, JobTable.attempts(handle, id)))
            .orElseThrow(() -> unknown(id)));
  }

  /** Log lines of all attempts of a job, in order; all of them, however many there are. */
  public List<LogLine> logs(long id) {
    get(id);
    return database.withHandle(handle -> LogTable.read(handle, id)).stream()
        .flatMap(segment -> new SegmentText(segment).lines().stream())
        .toList();
  }

  /**
   * A part of the log of a job. Reads no more of it than that part, unless a text is searched: then
   * {@link Engine#MAX_LOG_BYTES} of it, and answers where to go on.
   *
   * @throws NotFoundException when there is no such job
   */
  public LogPage logs(long id, LogQuery query) {
    get(id);
    return new LogReader(database, id, query, LogReader.MAX_SEARCHED).read();
  }

  /**
   * Cancels a job. One that waits is CANCELED at once; one that runs is asked to stop: its thread
   * is interrupted, and it is CANCELED if its handler then fails, or SUCCEEDED if it returns. An
   * array job goes with its children, in one transaction.
   *
   * @return whether it is CANCELED already
   * @throws NotFoundException when there is no such job
   * @throws ConflictException when it has ended
   */
  public boolean cancel(long id) {
    for (int i = 0; i < CANCEL_TRIES; i++) {
      if (cancelWaiting(id)) {
        return true;
      }
      Long worker =
          database.inTransaction(handle -> LifeTable.askToStop(handle, List.of(id))).get(id);
      if (worker != null) {
        engine.wakeUps().stopAsked(worker);
        return false;
      }
      Job job = get(id);
      if (job.state().isEnded()) {
        throw new ConflictException(
            ErrorCode.JOB_STATE, "job %d has ended: it is %s".formatted(id, job.state()), false);
      }
      // It moved between two looks: look again.
    }
    throw new ConflictException(
        ErrorCode.CONFLICT, "job " + id + " changes too fast to be canceled; try again", true);
  }

  /**
   * Whether it waited and is CANCELED now. What waits of an array job's children is CANCELED with
   * it, and what runs is asked to stop; all of that or nothing.
   */
  private boolean cancelWaiting(long id) {
    Set<Long> workers = new TreeSet<>();
    try {
      boolean canceled =
          database.inTransaction(handle -> {
            List<Long> ids = new ArrayList<>();
            ids.add(id);
            ArrayTable.liveChildren(handle, List.of(id), ArrayRequest.MAX_SIZE)
                .forEach(child -> ids.add(child.id()));
            boolean withChildren = ids.size() > 1;
            if (withChildren) {
              // First those that run: whoever ends an attempt locks its row before the gate, too.
              workers.addAll(LifeTable.askToStop(handle, ids).values());
            }
            boolean waited = LifeTable.cancelWaiting(handle, ids).contains(id);
            if (withChildren && (!waited || ArrayTable.hasUnasked(handle, List.of(id)))) {
              throw new Moved();
            }
            return waited;
          });
      workers.forEach(engine.wakeUps()::stopAsked);
      return canceled;
    } catch (Moved e) {
      return false;
    }
  }

  /**
   * Runs the children of an array job again that ended FAILED or CANCELED, and only those. A FAILED
   * parent waits for them again.
   *
   * @return how many
   * @throws NotFoundException when there is no such array job
   * @throws ConflictException when it has SUCCEEDED or was CANCELED
   */
  public int retryFailedChildren(long parent) {
    LifeTable.Restarted redriven =
        database.inTransaction(handle -> {
          if (!ArrayTable.lock(handle, parent)) {
            throw new NotFoundException(ErrorCode.UNKNOWN_JOB, "there is no array job " + parent);
          }
          if (!ArrayTable.reopen(handle, parent)) {
            throw new ConflictException(
                ErrorCode.JOB_STATE,
                "array job %d has SUCCEEDED or was CANCELED; only the children of one that FAILED"
                        .formatted(parent)
                    + " or has not ended can be retried",
                false);
          }
          List<Long> failed = ArrayTable.failedChildren(handle, parent);
          LifeTable.Restarted again =
              LifeTable.redrive(handle, failed, Collections.nCopies(failed.size(), null));
          // Its children may have been run again one by one: then it ends at once.
          ArrayTable.endIfComplete(handle, parent);
          return again;
        });
    engine.wakeUps().jobsReady(redriven.queueIds());
    return redriven.ids().size();
  }

  /**
   * Runs a job again: a FAILED or CANCELED one becomes READY with no failures counted, a SCHEDULED
   * one runs now.
   *
   * @throws NotFoundException when there is no such job
   * @throws ConflictException when it is in another state
   */
  public void retry(long id) {
    List<@Nullable String> now = Collections.singletonList(null);
    Set<Short> queueIds =
        database.inTransaction(handle -> {
          Set<Short> redriven = LifeTable.redrive(handle, List.of(id), now).queueIds();
          return redriven.isEmpty()
              ? LifeTable.runNow(handle, List.of(id), now).queueIds()
              : redriven;
        });
    if (queueIds.isEmpty()) {
      Job job = get(id);
      throw new ConflictException(
          ErrorCode.JOB_STATE,
          "job %d is %s; only FAILED, CANCELED and SCHEDULED jobs can be retried"
              .formatted(id, job.state()),
          false);
    }
    engine.wakeUps().jobsReady(queueIds);
  }

  /**
   * Makes all FAILED jobs of a queue READY again, with no failures counted.
   *
   * @return how many
   * @throws NotFoundException when there is no such queue
   */
  public long redrive(String queue) {
    return engine
        .bulk()
        .run(BulkRequest.retry(JobFilter.ALL.withQueue(queue).withStates(JobState.FAILED)))
        .changed();
  }

  /**
   * Makes a new job from one that exists, in whatever state; the new one says so.
   *
   * @return its id
   * @throws NotFoundException when there is no such job or definition
   */
  public long clone(long id, JobChanges changes) {
    Clones clones =
        database.inTransaction(
            handle -> engine.cloner().clone(handle, List.of(id), changes, null, null, 0));
    if (clones.all().isEmpty()) {
      get(id);
      throw new ConflictException(
          ErrorCode.CONFLICT, "job " + id + " changes too fast to be cloned; try again", true);
    }
    engine.cloner().made(clones);
    return clones.all().getFirst().id();
  }

  /**
   * Waits until a job has ended, or for so long at most.
   *
   * @return the job as it then stands
   * @throws NotFoundException when there is no such job
   */
  public Job await(long id, Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    Duration pause = FIRST_LOOK;
    while (true) {
      boolean ended = database.withHandle(handle -> JobTable.hasEnded(handle, id));
      long left = deadline - System.nanoTime();
      if (ended || left <= 0) {
        return get(id);
      }
      Thread.sleep(Duration.ofNanos(Math.min(pause.toNanos(), left)));
      pause = pause.compareTo(LONGEST_LOOK) < 0 ? pause.multipliedBy(2) : LONGEST_LOOK;
    }
  }
}
