package dev.ekiden.launch;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch that looks at all tasks again and again and tells what differs from the last look. A look
 * that fails is logged and the next one comes at its time.
 */
public final class PollingWatch implements Watch {

  private static final Logger log = LoggerFactory.getLogger(PollingWatch.class);

  private final Supplier<List<TaskStatus>> tasks;
  private final Consumer<TaskStatus> changes;
  private final Duration period;
  private final Map<TaskId, TaskStatus> told = new HashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  private PollingWatch(
      Supplier<List<TaskStatus>> tasks, Consumer<TaskStatus> changes, Duration period) {
    this.tasks = tasks;
    this.changes = changes;
    this.period = period;
    this.thread = Thread.ofVirtual().name("task-watch").unstarted(this::run);
  }

  /**
   * Starts a watch.
   *
   * @param tasks looks at all tasks
   * @param period the time between looks
   */
  public static PollingWatch start(
      Supplier<List<TaskStatus>> tasks, Consumer<TaskStatus> changes, Duration period) {
    PollingWatch watch = new PollingWatch(tasks, changes, period);
    watch.thread.start();
    return watch;
  }

  /** Looks at once, because something is known to have changed. */
  public void look() {
    wake.release();
  }

  @Override
  public void close() {
    closed = true;
    wake.release();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        tell(tasks.get());
      } catch (RuntimeException e) {
        log.warn("Could not look at the tasks, will look again in {}", period, e);
      }
      pause();
    }
  }

  private void pause() {
    try {
      if (wake.tryAcquire(period.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      // Nobody but us knows this thread.
      closed = true;
    }
  }

  private void tell(List<TaskStatus> now) {
    Map<TaskId, TaskStatus> present = new HashMap<>();
    for (TaskStatus status : now) {
      present.put(status.id(), status);
      if (!closed && !status.equals(told.put(status.id(), status))) {
        tell(status);
      }
    }
    told.keySet().retainAll(present.keySet());
  }

  private void tell(TaskStatus status) {
    try {
      changes.accept(status);
    } catch (RuntimeException e) {
      log.warn("A listener failed on task {}", status.id(), e);
    }
  }
}
