package dev.ekiden.engine;

import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long-lived loop with a role name: does its work, rests as long as the work says or until woken,
 * and goes on after failures with a growing rest. Thread-safe.
 */
final class Agent implements AutoCloseable {
  /** One turn of the loop. */
  @FunctionalInterface
  interface Work {
    /** Answers how long to rest before the next turn; zero to go on at once. */
    Duration run() throws InterruptedException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final Duration FIRST_REST_AFTER_FAILURE = Duration.ofMillis(100);
  private static final Duration LONGEST_REST_AFTER_FAILURE = Duration.ofMillis(500);

  private final String role;
  private final Work work;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken; // guarded by lock
  private boolean closed; // guarded by lock

  private Agent(String role, Work work) {
    this.role = role;
    this.work = work;
    this.thread = Thread.ofPlatform().daemon().name("ekiden-" + role).unstarted(this::loop);
  }

  static Agent start(String role, Work work) {
    Agent agent = new Agent(role, work);
    agent.thread.start();
    return agent;
  }

  /** Ends the present rest, or makes the next one empty. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Lets the present turn end and waits for it; interrupts it after five seconds. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      if (!thread.join(Duration.ofSeconds(5))) {
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    Duration failureRest = FIRST_REST_AFTER_FAILURE;
    boolean failing = false;
    while (true) {
      Duration rest;
      try {
        rest = work.run();
        if (failing) {
          LOG.info("The {} works again", role);
        }
        failing = false;
        failureRest = FIRST_REST_AFTER_FAILURE;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        // An Error too: the loop is gone for good if its thread ends.
        if (isClosed()) {
          return;
        }
        if (!failing) {
          report(e);
        }
        failing = true;
        rest = failureRest;
        failureRest = failureRest.multipliedBy(2);
        if (failureRest.compareTo(LONGEST_REST_AFTER_FAILURE) > 0) {
          failureRest = LONGEST_REST_AFTER_FAILURE;
        }
      }
      if (!rest(rest, failing)) {
        return;
      }
    }
  }

  private void report(Throwable e) {
    if (Database.isTransient(e)) {
      LOG.warn("The {} cannot reach the database and keeps trying: {}", role, Failures.brief(e));
    } else {
      LOG.error("The {} failed and keeps trying", role, e);
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Rests; answers false when the loop should end. A wake does not shorten a rest after failure.
   */
  private boolean rest(Duration rest, boolean failing) {
    lock.lock();
    try {
      long left = rest.toNanos();
      while (!closed && left > 0 && (failing || !woken)) {
        left = changed.awaitNanos(Math.min(left, TimeUnit.HOURS.toNanos(1)));
      }
      woken = false;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }
}
