package dev.ekiden.fleet.control;

import dev.ekiden.fleet.control.store.TaskTable;
import dev.ekiden.launch.TaskId;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's own part in its fleet. Before it claims anything it asks whether it is wanted, and
 * ends if not: so a task that was launched although its fleet had given it up claims nothing. Then
 * it says that it is there, looks once a second whether it is asked to retire, and tells when it
 * began its first job. Thread-safe.
 */
public final class FleetMember implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(FleetMember.class);

  private final Database database;
  private final TaskId id;
  private final Thread thread;
  private final Runnable retire;
  private final Duration look;
  private volatile long firstJobNanos;
  private volatile boolean firstJobSeen;
  private volatile boolean closed;
  private boolean told; // the thread's own
  private boolean firstJobTold; // the thread's own

  private FleetMember(Database database, TaskId id, Runnable retire, Duration look) {
    this.database = database;
    this.id = id;
    this.retire = retire;
    this.look = look;
    this.thread = Thread.ofPlatform().daemon().name("ekiden-fleet-member").unstarted(this::run);
  }

  /** Whether the task of this id may become a worker; to be asked before it claims anything. */
  public static boolean isWanted(Database database, TaskId id) {
    return database.withHandle(handle -> TaskTable.isWanted(handle, id));
  }

  /**
   * Says that the worker is there, and looks from now on whether it is asked to go.
   *
   * @param retire called once, on a thread that may wait, when it is: it is to take nothing more,
   *     to finish what it has, and to end
   */
  public static FleetMember start(Database database, TaskId id, Runnable retire) {
    return start(database, id, retire, LOOK);
  }

  static FleetMember start(Database database, TaskId id, Runnable retire, Duration look) {
    FleetMember member = new FleetMember(database, id, retire, look);
    member.thread.start();
    return member;
  }

  /** The worker begins a job; only the first call does anything. */
  public void jobStarts() {
    if (!firstJobSeen) {
      firstJobNanos = System.nanoTime();
      firstJobSeen = true;
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    boolean failing = false;
    while (!closed) {
      try {
        tellThatItIsThere();
        tellFirstJob();
        if (!database.withHandle(handle -> TaskTable.isWanted(handle, id))) {
          LOG.info("The fleet needs worker {} no more", id);
          retire.run();
          return;
        }
        failing = false;
      } catch (RuntimeException e) {
        if (!failing && !closed) {
          LOG.warn("Worker {} cannot hear of its fleet, and works on: {}", id, e.toString());
        }
        failing = true;
      }
      if (failing || firstJobTold || !firstJobSeen) {
        LockSupport.parkNanos(this, look.toNanos());
      }
    }
  }

  private void tellThatItIsThere() {
    if (!told) {
      database.useTransaction(handle -> TaskTable.begin(handle, id));
      told = true;
    }
  }

  private void tellFirstJob() {
    if (firstJobSeen && !firstJobTold) {
      Duration ago = Duration.ofNanos(System.nanoTime() - firstJobNanos);
      database.useTransaction(handle -> TaskTable.firstClaim(handle, id, ago));
      firstJobTold = true;
    }
  }
}
