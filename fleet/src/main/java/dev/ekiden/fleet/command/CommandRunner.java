package dev.ekiden.fleet.command;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.fleet.command.CommandDefinitions.Revision;
import dev.ekiden.launch.LaunchException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Runs the jobs of {@link CommandDefinitions} in this process. When definitions change, a new
 * worker takes their jobs, and the one before ends with the jobs that it has. {@link #close} gives
 * the jobs back at once and leaves their tasks running, for the next server to adopt. Thread-safe.
 */
public final class CommandRunner implements AutoCloseable {
  /** Programs at once unless said otherwise. */
  public static final int DEFAULT_CONCURRENCY = 16;

  /** Between two looks for what other servers applied, and at the tasks. */
  static final Duration PERIOD = Duration.ofSeconds(1);

  private static final int LOOKS_BETWEEN_FORGETTING = 3_600;
  private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);

  private final Engine engine;
  private final CommandDefinitions definitions;
  private final CommandTasks tasks;
  private final CommandLaunchers launchers;
  private final Options options;
  private final Semaphore wake = new Semaphore(0);
  private final CopyOnWriteArraySet<Worker> draining = new CopyOnWriteArraySet<>();
  private final Object workers = new Object();
  private final Map<String, Integer> defined = new HashMap<>(); // guarded by workers
  private @Nullable Worker worker; // guarded by workers
  private CommandAttempt.@Nullable Shared shared; // guarded by workers
  private boolean closed; // guarded by workers
  private volatile boolean ended;
  private @Nullable Thread thread;

  /**
   * How it runs jobs.
   *
   * @param name of its workers in listings
   * @param concurrency programs at once, 0 to {@link WorkerOptions#MAX_CONCURRENCY}; 0 runs none
   *     and only makes the definitions known, so that jobs can be submitted
   * @param environment of the server, in which definitions find secrets
   * @param removeAfter how long launchers remember tasks that are over
   */
  public record Options(
      String name, int concurrency, Map<String, String> environment, Duration removeAfter) {
    public Options {
      environment = Map.copyOf(environment);
      if (concurrency < 0 || concurrency > WorkerOptions.MAX_CONCURRENCY) {
        throw new IllegalArgumentException(
            "concurrency must be 0 to %d, not %d"
                .formatted(WorkerOptions.MAX_CONCURRENCY, concurrency));
      }
    }

    /** The usual ones. */
    public static Options of(String name, int concurrency) {
      return new Options(name, concurrency, System.getenv(), TaskKeeper.REMOVE_AFTER);
    }
  }

  public CommandRunner(
      Engine engine,
      CommandDefinitions definitions,
      CommandTasks tasks,
      CommandLaunchers launchers,
      Options options) {
    this.engine = engine;
    this.definitions = definitions;
    this.tasks = tasks;
    this.launchers = launchers;
    this.options = options;
  }

  /** Makes the definitions known to the engine and begins to run their jobs. */
  public void start() {
    definitions.refresh();
    applied();
    if (options.concurrency() > 0 && launchers.names().contains(CommandDefinition.PROCESS)) {
      try {
        launchers.open(CommandDefinition.PROCESS); // so that tasks of before are seen at once
      } catch (LaunchException e) {
        LOG.info("Programs cannot be run as processes here: {}", e.getMessage());
      }
    }
    thread = Thread.ofVirtual().name("ekiden-commands").start(this::loop);
  }

  /** To be called when definitions were applied in this process, so that they are known at once. */
  public void applied() {
    synchronized (workers) {
      if (closed) {
        return;
      }
      List<Revision> newest = definitions.newest();
      if (newest.isEmpty()) {
        return;
      }
      if (shared == null) {
        shared =
            new CommandAttempt.Shared(
                definitions, tasks, launchers, options.environment(), engine.databaseId());
      }
      List<String> names = new ArrayList<>();
      // Jobs stay in the queue they were enqueued to.
      TreeSet<String> queues = new TreeSet<>();
      for (Revision revision : newest) {
        if (!Integer.valueOf(revision.number()).equals(defined.get(revision.definition().name()))) {
          engine.define(definition(revision.definition(), shared));
          defined.put(revision.definition().name(), revision.number());
        }
        names.add(revision.definition().name());
        definitions
            .history(revision.definition().name())
            .forEach(old -> queues.add(old.definition().queue()));
      }
      if (options.concurrency() == 0) {
        return;
      }
      Worker next =
          engine.worker(
              WorkerOptions.of(queues.toArray(String[]::new))
                  .withName(options.name())
                  .withConcurrency(options.concurrency())
                  .withMaxPrefetch(0),
              names);
      next.start();
      Worker before = worker;
      worker = next;
      if (before != null) {
        draining.add(before);
        Thread.ofVirtual()
            .name("ekiden-commands-drain")
            .start(() -> {
              before.drain(JobDefinition.MAX_TIMEOUT);
              draining.remove(before);
            });
      }
    }
  }

  private static JobDefinition<JsonNode> definition(
      CommandDefinition definition, CommandAttempt.Shared shared) {
    return JobDefinition.named(definition.name(), JsonNode.class)
        .queue(definition.queue())
        .priority(definition.priority())
        .retry(definition.retry())
        .vcpus(definition.resources().vcpuThousandths() / 1_000.0)
        .takenOver()
        .handler((payload, context) ->
            new CommandAttempt(shared, context, payload == null ? "null" : payload.toString())
                .run());
  }

  private void loop() {
    TaskKeeper keeper = null;
    long looks = 0;
    boolean failing = false;
    while (!ended) {
      try {
        if (definitions.refresh()) {
          applied();
        }
        if (options.concurrency() > 0) {
          if (keeper == null) {
            keeper =
                new TaskKeeper(
                    engine, tasks, launchers, engine.databaseId(), options.removeAfter());
          }
          keeper.look();
          if (looks++ % LOOKS_BETWEEN_FORGETTING == 0) {
            tasks.forget();
          }
        }
        if (failing) {
          LOG.info("The tasks of programs are looked after again");
        }
        failing = false;
      } catch (RuntimeException e) {
        if (!failing) {
          LOG.warn("The tasks of programs are looked after later: {}", e.getMessage());
        }
        failing = true;
      }
      try {
        var _ = wake.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    List<Worker> all;
    synchronized (workers) {
      closed = true;
      all = new ArrayList<>(draining);
      if (worker != null) {
        all.add(worker);
      }
    }
    List<Thread> drains =
        all.stream().map(one -> Thread.ofVirtual().start(() -> one.drain(Duration.ZERO))).toList();
    ended = true;
    wake.release();
    try {
      for (Thread drain : drains) {
        drain.join();
      }
      Thread looking = thread;
      if (looking != null) {
        looking.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    launchers.close();
  }
}
