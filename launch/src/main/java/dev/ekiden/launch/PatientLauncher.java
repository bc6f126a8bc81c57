package dev.ekiden.launch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A launcher whose place need not be there yet. It is opened when it is first used; while that
 * fails, every call throws a {@link LaunchException} with the reason, and it is tried again after a
 * pause. No call waits for an opening longer than {@link #WAIT}; the opening goes on. What else
 * goes wrong while it is asked is a {@link LaunchException}, too. Thread-safe.
 */
public final class PatientLauncher implements Launcher {
  /** How long after a failure it is tried again, at the earliest. */
  public static final Duration PAUSE = Duration.ofSeconds(10);

  /** How long one call waits for a place that takes its time to answer. */
  public static final Duration WAIT = Duration.ofSeconds(2);

  private final String name;
  private final Supplier<Launcher> opens;
  private final Duration pause;
  private final Duration wait;

  // ---- guarded by this ----

  private @Nullable Launcher opened;
  private @Nullable CompletableFuture<Launcher> opening;
  private @Nullable Throwable failure;
  private long failedNanos;
  private boolean closed;

  PatientLauncher(String name, Supplier<Launcher> opens, Duration pause, Duration wait) {
    this.name = name;
    this.opens = opens;
    this.pause = pause;
    this.wait = wait;
  }

  /**
   * A launcher that is opened when it is used; opens nothing yet.
   *
   * @param name of the launcher that is opened
   * @param opens is called on a thread of its own, once at a time
   */
  public static PatientLauncher of(String name, Supplier<Launcher> opens) {
    return new PatientLauncher(name, opens, PAUSE, WAIT);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void launch(Task task) {
    ask(launcher -> {
      launcher.launch(task);
      return true;
    });
  }

  @Override
  public List<TaskStatus> list() {
    return ask(Launcher::list);
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return ask(launcher -> launcher.find(id));
  }

  /** Tells nothing until the launcher is open. */
  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    LateWatch watch = new LateWatch(changes);
    watch.thread.start();
    return watch;
  }

  @Override
  public void stop(TaskId id, Duration grace) {
    ask(launcher -> {
      launcher.stop(id, grace);
      return true;
    });
  }

  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    return ask(launcher -> launcher.log(id, from, maxBytes));
  }

  @Override
  public Optional<byte[]> result(TaskId id) {
    return ask(launcher -> launcher.result(id));
  }

  @Override
  public void remove(TaskId id) {
    ask(launcher -> {
      launcher.remove(id);
      return true;
    });
  }

  @Override
  public String plan(Task task) {
    return ask(launcher -> launcher.plan(task));
  }

  /** Closes what was opened, also what is being opened, once it is. */
  @Override
  public void close() {
    Launcher there;
    synchronized (this) {
      closed = true;
      there = opened;
    }
    if (there != null) {
      there.close();
    }
  }

  private <T> T ask(Function<Launcher, T> question) {
    Launcher launcher = open();
    try {
      return question.apply(launcher);
    } catch (LaunchException | IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unavailable(e);
    }
  }

  private Launcher open() {
    CompletableFuture<Launcher> attempt;
    synchronized (this) {
      if (closed) {
        throw new LaunchException("The launcher " + name + " is closed");
      }
      if (opened != null) {
        return opened;
      }
      attempt = opening;
      if (attempt == null) {
        Throwable before = failure;
        if (before != null && System.nanoTime() - failedNanos < pause.toNanos()) {
          throw unavailable(before);
        }
        CompletableFuture<Launcher> next = new CompletableFuture<>();
        opening = next;
        attempt = next;
        Thread.ofVirtual().name("launcher-" + name).start(() -> begin(next));
      }
    }
    try {
      return attempt.get(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new LaunchException("The launcher " + name + " has not answered yet", e);
    } catch (ExecutionException e) {
      throw unavailable(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException("The launcher " + name + " was not waited for", e);
    }
  }

  private void begin(CompletableFuture<Launcher> attempt) {
    try {
      Launcher launcher = opens.get();
      end(launcher, null);
      attempt.complete(launcher);
    } catch (RuntimeException | Error e) {
      end(null, e);
      attempt.completeExceptionally(e);
    }
  }

  private synchronized void end(@Nullable Launcher launcher, @Nullable Throwable problem) {
    opening = null;
    if (launcher == null) {
      failure = problem;
      failedNanos = System.nanoTime();
    } else if (closed) {
      launcher.close();
    } else {
      opened = launcher;
    }
  }

  private LaunchException unavailable(Throwable why) {
    return new LaunchException(
        "The launcher "
            + name
            + " cannot be used now: "
            + (why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage()),
        why);
  }

  /** Waits for the launcher, then watches it. */
  private final class LateWatch implements Watch {
    private final Consumer<TaskStatus> changes;
    private final Thread thread;
    private @Nullable Watch inner; // guarded by this
    private boolean ended; // guarded by this

    LateWatch(Consumer<TaskStatus> changes) {
      this.changes = changes;
      this.thread = Thread.ofVirtual().name("watch-" + name).unstarted(this::run);
    }

    private void run() {
      while (!begin()) {
        try {
          Thread.sleep(pause);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    /** Whether there is nothing left to be waited for. */
    private boolean begin() {
      try {
        Launcher launcher = open();
        synchronized (this) {
          if (!ended) {
            inner = launcher.watch(changes);
          }
          return true;
        }
      } catch (RuntimeException e) {
        return Thread.currentThread().isInterrupted() || isClosed();
      }
    }

    @Override
    public void close() {
      Watch there;
      synchronized (this) {
        ended = true;
        there = inner;
      }
      thread.interrupt();
      if (there != null) {
        there.close();
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }
}
