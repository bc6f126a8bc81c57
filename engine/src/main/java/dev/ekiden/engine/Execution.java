package dev.ekiden.engine;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.JobContext.Stop;
import dev.ekiden.engine.RetryPolicy.Verdict;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.CompletionTable.Refusal;
import dev.ekiden.engine.store.LogTable.Segment;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One call of a handler, with one job or a batch, on a virtual thread of its own. Reports the ends
 * of its attempts exactly once: when the handler returns, or when it is abandoned. Thread-safe.
 */
final class Execution {
  /** Of a printed trace: what stands below the handler's own frames, which is always the same. */
  private static final Pattern OWN_FRAMES =
      Pattern.compile(
          "\\R\\tat [^(\\v]*dev\\.ekiden\\.engine\\.Execution\\.\\V*(?:\\R\\tat \\V*)*");

  /** The end of one attempt, on its way to the database. */
  record End(
      ClaimedJob job,
      String definition,
      Outcome outcome,
      Duration delay,
      long startedNanos,
      Duration run,
      @Nullable String result,
      @Nullable String errorType,
      @Nullable String error,
      List<Segment> log,
      boolean counted) {}

  private final JobDefinition<?> definition;
  private final String queue;
  private final List<ClaimedJob> jobs;
  private final List<AttemptContext> contexts;
  private final Consumer<Execution> finished;
  private final Thread thread;

  private volatile long startedNanos;
  private volatile @Nullable AttemptStore attempts;
  private volatile @Nullable Future<?> watch;
  private @Nullable Stop stop; // guarded by this
  private @Nullable List<End> ends; // guarded by this
  private boolean done; // guarded by this

  Execution(
      JobDefinition<?> definition,
      String queue,
      List<ClaimedJob> jobs,
      Consumer<Execution> finished) {
    this.definition = definition;
    this.queue = queue;
    this.jobs = List.copyOf(jobs);
    this.finished = finished;
    this.contexts =
        jobs.stream().map(job -> new AttemptContext(job, definition.name(), queue)).toList();
    this.thread =
        Thread.ofVirtual().name("ekiden-job-" + jobs.getFirst().id()).unstarted(this::run);
  }

  /** Where its attempts keep what is their own; to be said before the start. */
  void uses(AttemptStore store) {
    attempts = store;
  }

  void start() {
    startedNanos = System.nanoTime();
    thread.start();
  }

  /** What is to be called off when the handler returns. */
  void watchedBy(Future<?> task) {
    watch = task;
    if (isDone()) {
      task.cancel(false);
    }
  }

  JobDefinition<?> definition() {
    return definition;
  }

  String queue() {
    return queue;
  }

  List<ClaimedJob> jobs() {
    return jobs;
  }

  long startedNanos() {
    return startedNanos;
  }

  /** Log segments that can be stored while the handler runs. */
  List<Segment> takeLog() {
    List<Segment> segments = new ArrayList<>();
    contexts.forEach(context -> segments.addAll(context.log.take(false)));
    return segments;
  }

  /** Asks the whole handler to stop; the first reason stays. */
  synchronized void stop(Stop reason) {
    if (ends != null) {
      return;
    }
    if (stop == null) {
      stop = reason;
    }
    contexts.forEach(AttemptContext::requestStop);
    thread.interrupt();
  }

  /**
   * Asks one attempt to stop, if it is here; a batch goes on with the others, so its thread is left
   * alone.
   */
  synchronized void cancel(AttemptRef attempt) {
    if (ends != null) {
      return;
    }
    for (AttemptContext context : contexts) {
      if (context.job.ref().equals(attempt) && !context.canceled) {
        context.canceled = true;
        context.requestStop();
        if (jobs.size() == 1) {
          stop(Stop.CANCEL);
        }
      }
    }
  }

  /**
   * Gives up waiting for a handler that does not stop: its attempts end as if it had thrown. Its
   * place is taken until it returns.
   */
  void abandon() {
    CancellationException cause =
        new CancellationException("the handler did not stop when it was interrupted");
    boolean first;
    synchronized (this) {
      first = ends == null;
      if (first) {
        List<End> late = new ArrayList<>();
        for (AttemptContext context : contexts) {
          late.add(failure(context, cause));
        }
        ends = late;
      }
    }
    if (first) {
      finished.accept(this);
    }
  }

  /** The ends to store, once; empty before the handler returned and after they were taken. */
  synchronized List<End> takeEnds() {
    List<End> present = ends;
    if (present == null) {
      return List.of();
    }
    ends = List.of();
    return present;
  }

  /** Whether the handler has returned, so that its place is free. */
  synchronized boolean isDone() {
    return done;
  }

  private void run() {
    List<End> mine;
    try {
      mine = call(definition);
    } catch (Throwable e) {
      // Nothing a handler throws may cost the place it ran in.
      mine = contexts.stream().map(context -> failure(context, e)).toList();
    }
    synchronized (this) {
      done = true;
      if (ends == null) {
        ends = mine;
      }
    }
    Future<?> task = watch;
    if (task != null) {
      task.cancel(false);
    }
    finished.accept(this);
  }

  private <P> List<End> call(JobDefinition<P> definition) {
    BatchHandler<P> batchHandler = definition.batchHandler();
    return batchHandler == null
        ? List.of(callOne(definition, contexts.getFirst()))
        : callBatch(definition, batchHandler);
  }

  private <P> End callOne(JobDefinition<P> definition, AttemptContext context) {
    JobHandler<P> handler = definition.handler();
    if (handler == null) {
      throw new IllegalStateException("definition " + definition.name() + " has no handler");
    }
    try {
      P payload = payload(definition, context);
      return success(context, handler.run(payload, context));
    } catch (Throwable e) {
      return failure(context, e);
    }
  }

  private <P> List<End> callBatch(JobDefinition<P> definition, BatchHandler<P> handler) {
    List<End> result = new ArrayList<>();
    List<BatchItem<P>> items = new ArrayList<>();
    List<AttemptContext> itemContexts = new ArrayList<>();
    for (AttemptContext context : contexts) {
      try {
        items.add(new BatchItem<>(payload(definition, context), context));
        itemContexts.add(context);
      } catch (JobFailure e) {
        result.add(failure(context, e));
      }
    }
    Throwable thrown = null;
    if (!items.isEmpty()) {
      try {
        handler.run(List.copyOf(items));
      } catch (Throwable e) {
        thrown = e;
      }
    }
    for (int i = 0; i < items.size(); i++) {
      BatchItem<P> item = items.get(i);
      Throwable own = item.failure() == null ? thrown : item.failure();
      result.add(
          own == null
              ? success(itemContexts.get(i), item.result())
              : failure(itemContexts.get(i), own));
    }
    return result;
  }

  private static <P> P payload(JobDefinition<P> definition, AttemptContext context) {
    try {
      return Json.read(context.job.payload(), definition.payloadType());
    } catch (JacksonException e) {
      throw JobFailure.permanent(
          "the payload is not a %s: %s"
              .formatted(definition.payloadType().getSimpleName(), e.getOriginalMessage()),
          e);
    }
  }

  private End success(AttemptContext context, @Nullable Object result) {
    if (context.promised) {
      // The database knows better: if that transaction did commit, this counts as a success there.
      return failure(context, new NotCommittedException());
    }
    String json;
    try {
      json = json(result);
    } catch (InvalidRequestException e) {
      return failure(context, JobFailure.permanent(String.valueOf(e.getMessage()), e));
    }
    synchronized (this) {
      if (stop == Stop.TIMEOUT) {
        return failure(context, new CancellationException("the handler returned after its time"));
      }
    }
    return end(context, Outcome.SUCCEEDED, Duration.ZERO, json, null, null);
  }

  /** A result as it is kept. */
  private static @Nullable String json(@Nullable Object result) {
    if (result == null) {
      return null;
    }
    String json;
    try {
      json = Json.write(result);
    } catch (JacksonException e) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_PAYLOAD, "the result cannot be written as JSON", e);
    }
    int bytes = Json.utf8Length(json);
    if (bytes > Engine.MAX_RESULT_BYTES) {
      throw new InvalidRequestException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the result has %d bytes as JSON; at most %d are kept"
              .formatted(bytes, Engine.MAX_RESULT_BYTES));
    }
    return json;
  }

  private End failure(AttemptContext context, Throwable cause) {
    // The exception is the handler's own code: it is asked outside the lock.
    return failure(context, cause, text(cause));
  }

  private synchronized End failure(AttemptContext context, Throwable cause, String trace) {
    if (context.canceled || stop == Stop.CANCEL) {
      return end(context, Outcome.CANCELED, Duration.ZERO, null, "canceled", null);
    }
    if (stop == Stop.DRAIN || stop == Stop.FENCED) {
      return end(
          context,
          Outcome.RETURNED,
          Duration.ZERO,
          null,
          stop == Stop.DRAIN ? "drained" : "fenced",
          null);
    }
    boolean timedOut = stop == Stop.TIMEOUT;
    String type = timedOut ? "timeout" : type(cause);
    String text =
        timedOut ? "ran longer than its timeout of " + definition.timeout() + "\n" + trace : trace;
    return switch (definition
        .retryPolicy()
        .after(cause, timedOut, context.failures() + 1, context.attempt())) {
      case Verdict.Fail fail -> end(context, Outcome.FAILED, Duration.ZERO, null, type, text);
      case Verdict.Retry retry ->
          end(context, Outcome.RETRIED, retry.delay(), null, type, text, retry.counted());
    };
  }

  private End end(
      AttemptContext context,
      Outcome outcome,
      Duration delay,
      @Nullable String result,
      @Nullable String errorType,
      @Nullable String error) {
    return end(context, outcome, delay, result, errorType, error, true);
  }

  private End end(
      AttemptContext context,
      Outcome outcome,
      Duration delay,
      @Nullable String result,
      @Nullable String errorType,
      @Nullable String error,
      boolean counted) {
    return new End(
        context.job,
        definition.name(),
        outcome,
        delay,
        startedNanos,
        Duration.ofNanos(System.nanoTime() - startedNanos),
        result,
        errorType,
        error,
        context.log.take(true),
        counted);
  }

  private static String type(Throwable cause) {
    return cause instanceof JobFailure own && own.type() != null
        ? own.type()
        : cause.getClass().getName();
  }

  private static String text(Throwable cause) {
    if (cause instanceof JobFailure own && own.type() != null) {
      return cut(String.valueOf(own.getMessage()));
    }
    StringWriter text = new StringWriter();
    try {
      cause.printStackTrace(new PrintWriter(text));
    } catch (Throwable e) {
      text.append("an exception that cannot be printed");
    }
    return cut(OWN_FRAMES.matcher(text.toString()).replaceFirst(""));
  }

  private static String cut(String text) {
    String trace = text.replace('\0', '\uFFFD');
    return trace.length() <= Engine.MAX_ERROR_LENGTH
        ? trace
        : trace.substring(0, Engine.MAX_ERROR_LENGTH - 1) + "…";
  }

  /** What the handler sees of one attempt. */
  private final class AttemptContext implements JobContext {
    private final ClaimedJob job;
    private final String definition;
    private final String queue;
    private final LogBuffer log;
    private volatile boolean stopRequested;
    private volatile boolean canceled;
    private volatile boolean promised; // to be completed by a transaction of the handler

    AttemptContext(ClaimedJob job, String definition, String queue) {
      this.job = job;
      this.definition = definition;
      this.queue = queue;
      this.log = new LogBuffer(job.id(), job.attempt());
    }

    void requestStop() {
      stopRequested = true;
    }

    @Override
    public long jobId() {
      return job.id();
    }

    @Override
    public int attempt() {
      return job.attempt();
    }

    @Override
    public int failures() {
      return job.failures();
    }

    @Override
    public String definition() {
      return definition;
    }

    @Override
    public String queue() {
      return queue;
    }

    @Override
    public void log(Instant time, String line) {
      log.add(time, line);
    }

    @Override
    public void completeIn(Connection connection, @Nullable Object result) {
      Refusal refusal = store().complete(job, connection, json(result)).orElse(null);
      if (refusal == null) {
        promised = true;
        return;
      }
      canceled |= refusal == Refusal.CANCELED;
      throw new ConflictException(
          ErrorCode.JOB_STATE,
          "attempt %d of job %d cannot be completed: %s; roll back"
              .formatted(
                  job.attempt(),
                  job.id(),
                  switch (refusal) {
                    case GONE -> "the job is no longer this attempt's";
                    case CANCELED -> "it is to be canceled";
                    case COMPLETED -> "it was completed before";
                    case EPOCH -> "its group has a new epoch";
                  }),
          false);
    }

    @Override
    public void checkpoint(byte[] state) {
      if (state.length > MAX_CHECKPOINT_BYTES) {
        throw new InvalidRequestException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            "the state has %d bytes; at most %d are kept: keep large data elsewhere"
                .formatted(state.length, MAX_CHECKPOINT_BYTES));
      }
      if (!store().checkpoint(job, state)) {
        throw new ConflictException(
            ErrorCode.JOB_STATE,
            "attempt %d of job %d cannot keep a state: the job is no longer this attempt's"
                .formatted(job.attempt(), job.id()),
            false);
      }
    }

    @Override
    public Optional<Integer> arrayIndex() {
      return store().arrayIndex(job);
    }

    @Override
    public Optional<byte[]> checkpoint() {
      return store().checkpoint(job);
    }

    private AttemptStore store() {
      AttemptStore store = attempts;
      if (store == null) {
        throw new IllegalStateException("the attempt has no store");
      }
      return store;
    }

    @Override
    public boolean isStopRequested() {
      return stopRequested;
    }

    @Override
    public Optional<Stop> stopReason() {
      synchronized (Execution.this) {
        return canceled ? Optional.of(Stop.CANCEL) : Optional.ofNullable(stop);
      }
    }

    @Override
    public boolean isCurrent() {
      return store().isCurrent(job);
    }
  }
}
