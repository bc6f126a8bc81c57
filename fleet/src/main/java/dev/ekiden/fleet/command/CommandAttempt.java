package dev.ekiden.fleet.command;

import dev.ekiden.engine.JobContext;
import dev.ekiden.engine.JobContext.Stop;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.fleet.command.CommandLaunchers.Located;
import dev.ekiden.fleet.command.store.CommandTaskTable.Intent;
import dev.ekiden.fleet.command.store.CommandTaskTable.Row;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a job that runs a program. The task outlives it: an attempt that is lost, or given
 * back by a server that stops, leaves its task running, and the next attempt adopts it.
 *
 * <p>What may come in between, and what the next attempt finds:
 *
 * <ul>
 *   <li>before the row of the task is committed: nothing was launched; it begins anew.
 *   <li>between row and launch: a row that is not noted as launched, and no task; it launches the
 *       task under the same id.
 *   <li>between launch and note: a task of that id; it adopts it. Launching again changes nothing.
 *   <li>while the program runs: the task; it adopts it and reads its output from the beginning.
 *   <li>between the end of the program and the end of the attempt: an ended task; its end counts.
 *   <li>two attempts at once, one of them fenced: at most one row of a job is open, so both have
 *       the same task; the engine refuses the end of the older one.
 *   <li>an attempt that ended with its task (retry, redrive): the row is over; it is closed, and a
 *       task of its own follows.
 *   <li>the job is canceled while nobody has it: the keeper stops the task.
 * </ul>
 *
 * <p>It runs on a thread of its own that is never interrupted, because an interrupt closes files
 * that are being written.
 */
final class CommandAttempt {
  /** A place is silent when none of its servers said for so long that it sees its tasks. */
  static final Duration SILENT = Duration.ofSeconds(10);

  private static final Duration SHORTEST_LOOK = Duration.ofMillis(30);
  private static final Duration LONGEST_LOOK = Duration.ofMillis(300);
  private static final Duration REST = Duration.ofSeconds(1);
  private static final int LOG_BYTES = 256 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(CommandAttempt.class);

  /** What attempts share. */
  record Shared(
      CommandDefinitions definitions,
      CommandTasks tasks,
      CommandLaunchers launchers,
      Map<String, String> environment,
      String databaseId) {}

  /** The server stops, or others have the job: the task is left to the next attempt. */
  private static final class LeftException extends RuntimeException {
    LeftException() {
      super("the task goes on without this attempt", null, false, false);
    }
  }

  private final Shared shared;
  private final JobContext context;
  private final String payload;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Stop stop; // guarded by lock
  private boolean news; // of a stop, for who rests; guarded by lock
  private boolean done; // guarded by lock
  private @Nullable Object result; // guarded by lock
  private @Nullable RuntimeException failure; // guarded by lock
  private boolean stopSent;
  private boolean timedOut;

  CommandAttempt(Shared shared, JobContext context, String payload) {
    this.shared = shared;
    this.context = context;
    this.payload = payload;
  }

  /** Runs on the handler's thread, which may be interrupted; returns the job's result. */
  @Nullable Object run() {
    Thread.ofVirtual().name("ekiden-command-" + context.jobId()).start(this::work);
    lock.lock();
    try {
      while (!done) {
        try {
          changed.await();
        } catch (InterruptedException e) {
          stop = context.stopReason().orElse(Stop.DRAIN);
          news = true;
          changed.signalAll();
          if (isLeft(stop)) {
            throw new CancellationException("the task goes on without this attempt");
          }
        }
      }
      if (failure != null) {
        throw failure;
      }
      return result;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isLeft(@Nullable Stop reason) {
    return reason == Stop.DRAIN || reason == Stop.FENCED;
  }

  private void work() {
    @Nullable Object mine = null;
    @Nullable RuntimeException thrown = null;
    try {
      mine = perform();
    } catch (RuntimeException e) {
      thrown = e;
    } catch (Error e) {
      thrown = new IllegalStateException("the attempt broke off: " + e, e);
    }
    lock.lock();
    try {
      done = true;
      result = mine;
      failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Object perform() {
    while (true) {
      Optional<Row> open = patiently(() -> shared.tasks().open(context.jobId()));
      if (open.isEmpty()) {
        // What an earlier end of the job has closed may still be on its way to its end.
        patiently(() -> shared.tasks().ofJob(context.jobId())).stream()
            .filter(task -> task.endedAt() == null && task.removedAt() == null)
            .forEach(this::stopOld);
        return follow(begin());
      }
      Row task = open.get();
      if (!patiently(() -> shared.tasks().isOver(task, context.attempt()))) {
        return follow(takeOver(task));
      }
      stopOld(task);
      patiently(() -> {
        shared.tasks().close(task.id());
        return true;
      });
    }
  }

  // ---- which task ----

  /** A task and all that is known to follow it. */
  private record Followed(Row row, CommandDefinition definition, Launcher launcher) {}

  private Followed begin() {
    Revision revision =
        shared
            .definitions()
            .find(context.definition())
            .orElseThrow(() ->
                JobFailure.permanent(
                    "there is no revision of '%s' that this build can use"
                        .formatted(context.definition())));
    CommandDefinition definition = revision.definition();
    ParameterValues parameters = parameters(definition);
    Located located;
    try {
      located = shared.launchers().open(definition.launcher());
    } catch (LaunchException e) {
      throw TaskEnd.couldNotStart(definition, reason(e));
    }
    String id =
        "j%d-%d-%s"
            .formatted(
                context.jobId(),
                context.attempt(),
                Long.toString(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36), 36));
    Intent intent =
        new Intent(
            id,
            context.jobId(),
            context.attempt(),
            definition.name(),
            revision.number(),
            definition.launcher(),
            located.place(),
            definition.grace());
    Row row = patiently(() -> shared.tasks().intend(intent, located));
    if (!row.id().equals(id)) {
      return takeOver(row); // of an attempt that ran at the same time
    }
    return launch(row, revision, parameters, located.launcher());
  }

  private Followed takeOver(Row row) {
    Revision revision =
        patiently(() -> shared.definitions().find(row.definition(), row.revision()))
            .orElseThrow(() ->
                new IllegalStateException(
                    "revision %d of '%s' is gone".formatted(row.revision(), row.definition())));
    Located located = placeOf(row, revision.definition());
    Launcher launcher = located.launcher();
    if (row.launchedAt() == null && find(launcher, row).isEmpty()) {
      return launch(row, revision, parameters(revision.definition()), launcher);
    }
    context.log(
        "attempt %d goes on with task %s of attempt %d; its output from the beginning:"
            .formatted(context.attempt(), row.id(), row.attempt()));
    return new Followed(row, revision.definition(), launcher);
  }

  private ParameterValues parameters(CommandDefinition definition) {
    try {
      return ParameterValues.read(definition, payload);
    } catch (InvalidParameterException e) {
      throw JobFailure.permanent(String.valueOf(e.getMessage())).withType("invalid-parameters");
    }
  }

  private Followed launch(
      Row row, Revision revision, ParameterValues parameters, Launcher launcher) {
    CommandDefinition definition = revision.definition();
    Task task;
    try {
      List<Secret> secrets =
          definition.secrets().stream().map(secret -> secret.read(shared.environment())).toList();
      task =
          TaskPlan.task(
              definition,
              parameters,
              secrets,
              new TaskPlan.For(
                  new TaskId(row.id()),
                  row.jobId(),
                  row.attempt(),
                  revision.number(),
                  Map.of(TaskKeeper.DATABASE_LABEL, shared.databaseId())));
    } catch (UnavailableSecretException | IllegalArgumentException e) {
      throw TaskEnd.couldNotStart(definition, String.valueOf(e.getMessage()));
    }
    if (!patiently(context::isCurrent)) {
      throw new LeftException();
    }
    context.log(
        "task %s: revision %d of %s on %s"
            .formatted(row.id(), revision.number(), definition.name(), row.host()));
    try {
      launcher.launch(task);
    } catch (LaunchException e) {
      if (find(launcher, row).isEmpty()) {
        throw TaskEnd.couldNotStart(definition, reason(e));
      }
    }
    patiently(() -> {
      shared.tasks().launched(row.id());
      return true;
    });
    return new Followed(row, definition, launcher);
  }

  /** The launcher that sees the task; waits for a place that is silent. */
  private Located placeOf(Row first, CommandDefinition definition) {
    Row row = first;
    while (true) {
      Optional<Located> here = here(row);
      if (here.isPresent()) {
        return here.get();
      }
      if (row.placeSilentFor().compareTo(SILENT) < 0) {
        throw JobFailure.retryAfter(
                Duration.ofMillis(ThreadLocalRandom.current().nextLong(500, 1_500)),
                "its task %s runs on %s, where another server sees it"
                    .formatted(row.id(), row.host()))
            .withType(CommandTasks.HANDED_OVER)
            .uncounted();
      }
      Optional<Duration> lostAfter = definition.lostAfter();
      if (lostAfter.isPresent() && row.placeSilentFor().compareTo(lostAfter.get()) > 0) {
        String reason =
            "%s has been silent since %s, longer than %s"
                .formatted(row.host(), row.placeSeenAt(), Times.format(lostAfter.get()));
        String id = row.id();
        patiently(() -> {
          shared.tasks().seenLost(id, reason);
          return true;
        });
        throw TaskEnd.lost(reason, patiently(() -> shared.tasks().lost(context.jobId())) - 1);
      }
      rest(REST);
      if (stopReason() == Stop.CANCEL) {
        throw new CancellationException("canceled while its place was silent");
      }
      Optional<Row> now = patiently(() -> shared.tasks().open(context.jobId()));
      if (now.isEmpty() || !now.get().id().equals(row.id())) {
        throw new LeftException(); // others have the job
      }
      row = now.get();
    }
  }

  /** The launcher of a task, if this server is at its place. */
  private Optional<Located> here(Row row) {
    try {
      Located located = shared.launchers().open(row.launcher());
      return located.place().equals(row.place()) ? Optional.of(located) : Optional.empty();
    } catch (LaunchException e) {
      return Optional.empty();
    }
  }

  /** Ends what is left of a task that an earlier attempt has ended with. */
  private void stopOld(Row task) {
    Optional<Located> here = here(task);
    if (here.isEmpty()) {
      return; // the keeper of its place stops it
    }
    Launcher launcher = here.get().launcher();
    while (find(launcher, task).map(status -> !status.hasEnded()).orElse(false)) {
      patiently(() -> {
        launcher.stop(new TaskId(task.id()), task.grace());
        return true;
      });
      rest(LONGEST_LOOK);
    }
  }

  // ---- following it ----

  private @Nullable Object follow(Followed task) {
    TaskId id = new TaskId(task.row().id());
    OutputLines output = new OutputLines(context::log);
    LogPosition position = LogPosition.START;
    Duration look = SHORTEST_LOOK;
    String phase = task.row().phase();
    while (true) {
      Optional<TaskStatus> found = find(task.launcher(), task.row());
      if (found.isEmpty()) {
        String reason = "%s knows no task %s any more".formatted(task.row().host(), id);
        int before = patiently(() -> shared.tasks().lost(context.jobId()));
        patiently(() -> {
          shared.tasks().seenLost(id.value(), reason);
          return true;
        });
        throw TaskEnd.lost(reason, before);
      }
      TaskStatus status = found.get();
      String now = CommandTasks.phase(status.phase());
      int lostBefore =
          status.hasEnded() ? patiently(() -> shared.tasks().lost(context.jobId())) : 0;
      if (!now.equals(phase)) {
        phase = now;
        patiently(() -> {
          shared.tasks().seen(status);
          return true;
        });
      }
      LogPosition from = position;
      position = patiently(() -> read(task.launcher(), id, from, output));
      if (status.hasEnded()) {
        return ended(task, status, output.lastWords(), lostBefore);
      }
      stopIfDue(task, status);
      look = position.equals(from) ? longer(look) : SHORTEST_LOOK;
      rest(look);
    }
  }

  private static Duration longer(Duration look) {
    Duration longer = look.multipliedBy(3).dividedBy(2);
    return longer.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : longer;
  }

  /** Reads what there is; answers where to go on. */
  private LogPosition read(Launcher launcher, TaskId id, LogPosition from, OutputLines output) {
    LogPosition position = from;
    while (true) {
      LogPage page = launcher.log(id, position, LOG_BYTES);
      output.add(page);
      boolean more = !page.isEnd() && !page.lines().isEmpty();
      position = page.next();
      if (!more || isLeft(stopReason())) {
        return position;
      }
    }
  }

  private void stopIfDue(Followed task, TaskStatus status) {
    if (!timedOut && isOverTime(task.definition(), status, Instant.now())) {
      timedOut = true;
      context.log(
          "its timeout of %s is over: it is asked to end, and killed after %s"
              .formatted(
                  task.definition().timeout().map(Times::format).orElse(""),
                  Times.format(task.definition().grace())));
    }
    if (!stopSent && (timedOut || stopReason() == Stop.CANCEL)) {
      patiently(() -> {
        task.launcher().stop(status.id(), task.definition().grace());
        return true;
      });
      stopSent = true;
    }
  }

  private static boolean isOverTime(
      CommandDefinition definition, TaskStatus status, Instant until) {
    return definition.timeout().isPresent()
        && status.started().isPresent()
        && Duration.between(status.started().get(), until).compareTo(definition.timeout().get())
            > 0;
  }

  private @Nullable Object ended(
      Followed task, TaskStatus status, String lastWords, int lostBefore) {
    if (stopReason() == Stop.CANCEL) {
      throw new CancellationException("canceled");
    }
    CommandDefinition definition = task.definition();
    // Also when an attempt that is gone asked it to end.
    boolean late =
        timedOut || isOverTime(definition, status, status.ended().orElseGet(Instant::now));
    TaskEnd.check(definition, status.ending().orElseThrow(), late, lastWords, lostBefore);
    Optional<byte[]> file;
    try {
      file = task.launcher().result(status.id());
    } catch (LaunchException e) {
      throw TaskEnd.wrongResult(definition, "cannot be used: " + e.getMessage());
    }
    return TaskEnd.result(definition, file);
  }

  private Optional<TaskStatus> find(Launcher launcher, Row row) {
    return patiently(() -> launcher.find(new TaskId(row.id())));
  }

  // ---- patience ----

  private interface Step<T> {
    T take();
  }

  /**
   * Does what must come to its end, because the task would be forgotten else: what fails, as when
   * the database or the engine of containers is away, is tried again, until the attempt is to
   * leave.
   */
  private <T> T patiently(Step<T> step) {
    boolean failing = false;
    while (true) {
      if (isLeft(stopReason())) {
        throw new LeftException();
      }
      try {
        T answer = step.take();
        if (failing) {
          LOG.info("Job {} goes on", context.jobId());
        }
        return answer;
      } catch (JobFailure | LeftException e) {
        throw e;
      } catch (RuntimeException e) {
        if (!failing) {
          LOG.warn("Job {} waits, and tries again: {}", context.jobId(), reason(e));
          failing = true;
        }
        rest(REST);
      }
    }
  }

  /** Rests until the time is over, or until it hears that something is to be stopped. */
  private void rest(Duration time) {
    lock.lock();
    try {
      long left = time.toNanos();
      while (!news && left > 0) {
        left = changed.awaitNanos(left);
      }
      news = false;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Stop stopReason() {
    lock.lock();
    try {
      return stop;
    } finally {
      lock.unlock();
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null || cause.getMessage() == null
        ? String.valueOf(failure.getMessage())
        : failure.getMessage() + ": " + cause.getMessage();
  }
}
