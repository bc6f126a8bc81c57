package dev.ekiden.engine;

import static java.util.stream.Collectors.toCollection;

import dev.ekiden.engine.QueueTurns.Lane;
import dev.ekiden.engine.store.ClockTable;
import dev.ekiden.engine.store.CompletionTable;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.Hashes;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.engine.store.WorkerTable;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.LeaderLease;
import dev.ekiden.postgres.Migrations;
import dev.ekiden.postgres.SchemaVersionException;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job queue in a PostgreSQL database.
 *
 * <pre>{@code
 * Engine engine = Engine.on(dataSource).definitions(greet).build();
 * engine.migrate();
 * engine.start();
 * engine.worker(WorkerOptions.of("greetings")).start();
 * engine.enqueue(greet.request(new Greeting("world")));
 * }</pre>
 *
 * <p>Thread-safe. {@link #close} drains the workers and stops the background services; the data
 * source stays open.
 */
public final class Engine implements AutoCloseable {
  /** Largest payload, as UTF-8 JSON. */
  public static final int MAX_PAYLOAD_BYTES = 262_144;

  /** Largest result, as UTF-8 JSON. */
  public static final int MAX_RESULT_BYTES = 262_144;

  /** Log text kept of one attempt, before it is compressed. */
  public static final int MAX_LOG_BYTES = 16_777_216;

  /** Characters kept of an exception's message and stack. */
  public static final int MAX_ERROR_LENGTH = 16_384;

  /** Most jobs one call enqueues. */
  public static final int MAX_BULK = 10_000;

  /** Most bytes of payloads, as UTF-8 JSON, that one call enqueues. */
  public static final int MAX_BULK_BYTES = 33_554_432;

  /** Time after which a worker that is not heard of is lost. */
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(6);

  static final String SCHEMA = "ekiden";

  private static final String MODULE = "engine";
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Database database;
  private volatile Map<String, JobDefinition<?>> definitions; // a new map for each change
  private final String name;
  private final Duration lease;
  private final EngineListener listener;
  private final DefinitionCatalog catalog = new DefinitionCatalog();
  private final Enqueuer enqueuer = new Enqueuer(catalog);
  private final WakeUps wakeUps;
  private final EngineClock clock;
  private final Jobs jobs;
  private final Queues queues;
  private final Groups groups;
  private final Limits limits;
  private final Bulk bulk;
  private final Retention retention;
  private final Changes changes;
  private final HistoryTally tally;
  private final History history;
  private final Usage usage;
  private final Cloner cloner = new Cloner(this);
  private final Schedules schedules;
  private final DueJobs dueJobs;
  private final Set<Worker> workers = new CopyOnWriteArraySet<>();
  private final Set<ReasonSource> reasonSources = new CopyOnWriteArraySet<>();
  private final Object lifecycle = new Object();
  private boolean registered; // guarded by lifecycle
  private @Nullable Services services; // guarded by lifecycle

  /** What runs in the background between {@link #start} and {@link #close}. */
  private record Services(
      Recovery recovery,
      Agent recoveryAgent,
      Agent dueAgent,
      Agent scheduleAgent,
      Agent historyAgent,
      Agent usageAgent) {}

  private Engine(Builder builder) {
    this.database = Database.of(builder.dataSource);
    this.definitions = new LinkedHashMap<>(builder.definitions);
    this.name = builder.name;
    this.lease = builder.lease;
    this.tally = new HistoryTally(builder.listener);
    this.listener = new SafeListener(tally);
    this.history = new History(database, tally);
    this.usage = new Usage(database);
    this.wakeUps = new WakeUps(database);
    this.clock = new EngineClock(database, this::clockChanged);
    this.jobs = new Jobs(this, database);
    this.queues = new Queues(this, database);
    this.groups = new Groups(this, database);
    this.limits = new Limits(this, database);
    this.bulk = new Bulk(this, database);
    this.retention = new Retention(this, database);
    this.changes = new Changes(database);
    this.schedules = new Schedules(this, database);
    this.dueJobs = new DueJobs(this, database);
  }

  /** Begins an engine on a pool of connections, which stays the caller's. */
  public static Builder on(DataSource dataSource) {
    return new Builder(Objects.requireNonNull(dataSource, "dataSource"));
  }

  /** Settings of an engine. Not thread-safe. */
  public static final class Builder {
    private final DataSource dataSource;
    private final Map<String, JobDefinition<?>> definitions = new LinkedHashMap<>();
    private String name = ManagementFactory.getRuntimeMXBean().getName();
    private Duration lease = DEFAULT_LEASE;
    private EngineListener listener = new EngineListener() {};

    private Builder(DataSource dataSource) {
      this.dataSource = dataSource;
    }

    /** What this process enqueues by type, and runs where there is a handler. */
    public Builder definitions(JobDefinition<?>... some) {
      return definitions(List.of(some));
    }

    /** What this process enqueues by type, and runs where there is a handler. */
    public Builder definitions(Collection<? extends JobDefinition<?>> some) {
      for (JobDefinition<?> definition : some) {
        if (definitions.put(definition.name(), definition) != null) {
          throw new InvalidRequestException(
              ErrorCode.INVALID_OPTION, "definition '" + definition.name() + "' is given twice");
        }
      }
      return this;
    }

    /** Who hears what the engine does in this process. */
    public Builder listener(EngineListener value) {
      listener = value;
      return this;
    }

    /** What this process is called; pid and host by default. */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Time after which a silent worker is lost, 1 s to 5 min; 6 s by default. */
    public Builder lease(Duration value) {
      if (value.compareTo(Duration.ofSeconds(1)) < 0
          || value.compareTo(Duration.ofMinutes(5)) > 0) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_OPTION, "a lease must be 1 s to 5 min, not " + value);
      }
      lease = value;
      return this;
    }

    public Engine build() {
      return new Engine(this);
    }
  }

  // ---- life ----

  /** Creates the engine's tables, or brings them up to date; needs the right to create them. */
  public void migrate() {
    Migrations.apply(database, LeaderLease.MODULE, LeaderLease.SCHEMA);
    Migrations.apply(database, MODULE, SCHEMA);
  }

  /** Fails with a reason when the tables are not there, or of a version this build cannot use. */
  public void requireCurrentSchema() {
    Migrations.requireCurrent(database, LeaderLease.MODULE, LeaderLease.SCHEMA);
    Migrations.requireCurrent(database, MODULE, SCHEMA);
  }

  /**
   * Registers the definitions and starts the background services: due jobs, schedules, recovery of
   * lost workers, wake-ups. A second call does nothing.
   *
   * @throws SchemaVersionException when the tables are not those of this build, see {@link
   *     #migrate}
   */
  public void start() {
    synchronized (lifecycle) {
      if (services != null) {
        return;
      }
      register();
      wakeUps.start();
      Recovery recovery = new Recovery(this, database, name);
      services =
          new Services(
              recovery,
              Agent.start("recovery", recovery::run),
              Agent.start("due jobs", dueJobs::run),
              Agent.start("schedules", schedules::run),
              Agent.start("history", this::flushHistory),
              Agent.start("usage", usage::addUp));
    }
  }

  /** Stores the definitions of this process, as {@link #start} does, and starts nothing. */
  public void register() {
    synchronized (lifecycle) {
      if (registered) {
        return;
      }
      requireCurrentSchema();
      // Sorted, so that processes which start together do not wait for each other in a circle.
      List<JobDefinition<?>> sorted = new ArrayList<>(definitions.values());
      sorted.sort(Comparator.comparing(JobDefinition::name));
      database.useTransaction(handle -> {
        DefinitionTable.insertQueues(
            handle, sorted.stream().map(JobDefinition::queue).collect(toCollection(TreeSet::new)));
        sorted.forEach(definition -> store(handle, definition));
      });
      database.withHandle(handle -> {
        catalog.refresh(handle);
        return Boolean.TRUE;
      });
      registered = true;
    }
  }

  /**
   * Adds a definition to this process, or replaces one, and stores it as {@link #start} does. A
   * worker that is there already keeps what it can run; one made later can run it.
   */
  public void define(JobDefinition<?> definition) {
    synchronized (lifecycle) {
      Map<String, JobDefinition<?>> more = new LinkedHashMap<>(definitions);
      more.put(definition.name(), definition);
      definitions = more;
      if (registered) {
        database.useTransaction(handle -> {
          DefinitionTable.insertQueues(handle, List.of(definition.queue()));
          store(handle, definition);
          catalog.refresh(handle);
        });
      }
    }
  }

  private static void store(Handle handle, JobDefinition<?> definition) {
    DefinitionTable.upsert(
        handle,
        definition.name(),
        definition.queue(),
        definition.priority(),
        Limits.thousandths(definition.vcpus()),
        Json.write(settings(definition)),
        definition.isRunnable());
  }

  private static Map<String, Object> settings(JobDefinition<?> definition) {
    Map<String, Object> settings = RetryPolicyJson.write(definition.retryPolicy());
    settings.put("maxBatch", definition.maxBatch());
    Duration timeout = definition.timeout();
    if (timeout != null) {
      settings.put("timeout", timeout.toString());
    }
    if (definition.isTakenOver()) {
      settings.put("takenOver", true);
    }
    return settings;
  }

  /** Drains the workers, all at the same time, then stops the background services. */
  @Override
  public void close() {
    List<Thread> drains =
        workers.stream().map(worker -> Thread.ofVirtual().start(worker::close)).toList();
    try {
      for (Thread drain : drains) {
        drain.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (lifecycle) {
      Services running = services;
      services = null;
      if (running != null) {
        running.scheduleAgent().close();
        running.dueAgent().close();
        running.recoveryAgent().close();
        running.recovery().close();
        running.historyAgent().close();
        running.usageAgent().close();
        wakeUps.close();
      }
    }
    try {
      history.flush();
    } catch (RuntimeException e) {
      LOG.debug("The last counts of the history are lost: {}", Failures.brief(e));
    }
  }

  private Duration flushHistory() {
    history.flush();
    return History.FLUSH_PERIOD;
  }

  /**
   * What tells the database of this engine from all others, also from copies of it: 16 hexadecimal
   * digits, for names of what belongs to it elsewhere.
   */
  public String databaseId() {
    String identity =
        database
            .withHandle(CompletionTable::identity)
            .orElseThrow(() -> new IllegalStateException("the database has no identity"));
    return HexFormat.of().toHexDigits(Hashes.of(identity));
  }

  /** Whether the database answers. */
  public boolean ready() {
    try {
      database.withHandle(ClockTable::now);
      return true;
    } catch (JdbiException e) {
      return false;
    }
  }

  // ---- enqueue ----

  /** Enqueues one job in a transaction of its own. */
  public Enqueued enqueue(JobRequest request) {
    return enqueue(List.of(request)).getFirst();
  }

  /**
   * Enqueues jobs in one transaction of their own: all or none.
   *
   * @return an answer for each request, in order
   * @throws InvalidRequestException when a request can never succeed
   * @throws NotFoundException when a definition is unknown
   * @throws ConflictException when another call took the same UNIQUE keys in another order
   */
  public List<Enqueued> enqueue(List<JobRequest> requests) {
    return transaction(transaction -> transaction.enqueue(requests));
  }

  /** Enqueues an array job in a transaction of its own; answers its parent. */
  public Enqueued enqueueArray(ArrayRequest request) {
    return transaction(transaction -> transaction.enqueueArray(request));
  }

  /**
   * Enqueues jobs in the caller's open transaction: they exist if and when it commits. The workers
   * are told by PostgreSQL at that commit.
   *
   * @param connection of the database of this engine, not in autocommit mode
   */
  public List<Enqueued> enqueue(Connection connection, List<JobRequest> requests) {
    return database.joined(
        connection,
        handle -> {
          Enqueuer.Result result = insert(() -> enqueuer.enqueue(handle, requests));
          result.counts().forEach((definition, jobs) -> tally.count(definition.queue(), jobs));
          wakeUps.jobsReady(handle, result.queueIds());
          return result.answers();
        });
  }

  /** Runs work in a transaction; jobs it enqueues are offered to workers right after the commit. */
  public <T> T transaction(EngineTransaction.Work<T> work) {
    List<Enqueuer.Result> results = new ArrayList<>();
    Set<Short> told = new HashSet<>();
    T answer =
        database.inTransaction(handle ->
            work.run(
                new EngineTransaction() {
                  @Override
                  public Connection connection() {
                    return handle.getConnection();
                  }

                  @Override
                  public Handle handle() {
                    return handle;
                  }

                  @Override
                  public List<Enqueued> enqueue(List<JobRequest> requests) {
                    return take(insert(() -> enqueuer.enqueue(handle, requests)));
                  }

                  @Override
                  public Enqueued enqueueArray(ArrayRequest request) {
                    return take(insert(() -> enqueuer.enqueue(handle, request))).getFirst();
                  }

                  private List<Enqueued> take(Enqueuer.Result result) {
                    told.addAll(wakeUps.jobsReadySoon(handle, result.queueIds()));
                    results.add(result);
                    return result.answers();
                  }
                }));
    Set<Short> queueIds = new TreeSet<>();
    results.forEach(result -> queueIds.addAll(result.queueIds()));
    wakeUps.jobsReady(queueIds, told);
    for (Enqueuer.Result result : results) {
      result
          .counts()
          .forEach((definition, count) ->
              listener.enqueued(definition.name(), definition.queue(), count));
      if (result.scheduled()) {
        jobsScheduled();
      }
    }
    return answer;
  }

  private static Enqueuer.Result insert(Supplier<Enqueuer.Result> insertion) {
    try {
      return insertion.get();
    } catch (JdbiException e) {
      if (e.getCause() instanceof SQLException sql && DEADLOCK.equals(sql.getSQLState())) {
        throw new ConflictException(
            ErrorCode.CONFLICT,
            "another transaction takes the same unique keys in another order; try again",
            true,
            e);
      }
      if (e.getCause() instanceof SQLException sql && UNDEFINED_TABLE.equals(sql.getSQLState())) {
        throw new SchemaVersionException(
            MODULE,
            "The database has no tables of the engine, or older ones: call migrate(), or run"
                + " `ekiden migrate`, first",
            e);
      }
      throw e;
    }
  }

  private static final String DEADLOCK = "40P01";
  private static final String UNDEFINED_TABLE = "42P01";

  // ---- parts ----

  public Jobs jobs() {
    return jobs;
  }

  public Queues queues() {
    return queues;
  }

  /** Tenants: weights, holds, epochs. */
  public Groups groups() {
    return groups;
  }

  /** How much may run at once, or start in a time. */
  public Limits limits() {
    return limits;
  }

  /** Retries, clones and cancels of all jobs of a filter. */
  public Bulk bulk() {
    return bulk;
  }

  /** How long finished jobs are kept. */
  public Retention retention() {
    return retention;
  }

  public Schedules schedules() {
    return schedules;
  }

  /** What queues did over time. */
  public History history() {
    return history;
  }

  /** How much time of workers attempts took. */
  public Usage usage() {
    return usage;
  }

  /** Whether something changed, for who shows it. */
  public Changes changes() {
    return changes;
  }

  /** The engine's time; settable, for tests. */
  public EngineClock clock() {
    return clock;
  }

  /** Workers of all processes that hold a lease. */
  public List<WorkerSummary> workers() {
    return database.withHandle(WorkerTable::live);
  }

  /** A definition this process was built with. */
  public Optional<JobDefinition<?>> definition(String definition) {
    return Optional.ofNullable(definitions.get(definition));
  }

  /** Names of all definitions any process has registered. */
  public List<String> definitionNames() {
    return database.withHandle(DefinitionTable::all).stream()
        .map(DefinitionTable.Row::name)
        .toList();
  }

  /**
   * Makes a worker of this process; it does nothing until it is started. It can run the definitions
   * of this engine that have a handler.
   *
   * @throws InvalidRequestException when no definition has a handler
   * @throws NotFoundException when a queue is unknown
   */
  public Worker worker(WorkerOptions options) {
    return worker(options, definitions.keySet());
  }

  /**
   * {@link #worker(WorkerOptions)} that leaves all definitions alone but these.
   *
   * @param names of definitions of this engine
   */
  public Worker worker(WorkerOptions options, Collection<String> names) {
    register();
    Map<Integer, JobDefinition<?>> runnable = new HashMap<>();
    List<Lane> lanes =
        database.withHandle(handle -> {
          for (JobDefinition<?> definition : definitions.values()) {
            if (definition.isRunnable() && names.contains(definition.name())) {
              runnable.put(catalog.get(handle, definition.name()).id(), definition);
            }
          }
          return lanes(handle, options, List.copyOf(runnable.keySet()));
        });
    if (runnable.isEmpty()) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_OPTION, "no definition of this process has a handler");
    }
    Worker worker = new Worker(this, database, options, lanes, runnable);
    workers.add(worker);
    return worker;
  }

  private static List<Lane> lanes(
      Handle handle, WorkerOptions options, List<Integer> definitionIds) {
    List<Lane> lanes = new ArrayList<>();
    for (WorkerOptions.Share share : options.queues()) {
      short queueId = Queues.known(QueueTable.findId(handle, share.queue()), share.queue());
      lanes.add(new Lane(queueId, share.queue(), share.weight(), definitionIds));
    }
    return lanes;
  }

  /**
   * Runs everything that is due, one job after the other, until nothing is: due jobs, schedules,
   * retries whose back-off is over, and what those enqueue. For tests and scripts, usually with
   * {@link EngineClock#advance} in between; needs no {@link #start}.
   *
   * @return how many attempts ended
   */
  public int runDue() {
    return new ManualRun(this, database, dueJobs).run();
  }

  // ---- why ----

  /** How everything stands, and what needs attention; some twenty queries. */
  public Overview overview() {
    return new Survey(this, database).take();
  }

  /**
   * Says why a job stands where it stands.
   *
   * @throws NotFoundException when there is no such job
   */
  public Explanation explain(long jobId) {
    return new Explainer(this, database).explain(jobs.get(jobId));
  }

  /**
   * Asks somebody else, too, why a job waits for a worker; until what is answered is closed.
   *
   * @param source asked for each explanation of a job that no worker has claimed
   */
  public Subscription addReasons(ReasonSource source) {
    reasonSources.add(source);
    return () -> reasonSources.remove(source);
  }

  /**
   * Calls back when jobs may have become ready, in this process or another, while the engine is
   * started; until what is answered is closed. It may be called too often, and a call may be lost
   * with the process that would have told, so whoever listens also looks by itself.
   *
   * @param told called on the engine's threads; must return at once and not throw
   */
  public Subscription onJobsReady(Runnable told) {
    WakeUps.Subscriber subscriber =
        new WakeUps.Subscriber() {
          @Override
          public void jobsReady(@Nullable Short queueId) {
            told.run();
          }

          @Override
          public void stopAsked(long workerId) {}

          @Override
          public void queuePaused(short queueId) {}

          @Override
          public void groupHeld(long groupId) {}
        };
    wakeUps.subscribe(subscriber);
    return () -> wakeUps.unsubscribe(subscriber);
  }

  // ---- for the parts ----

  Collection<ReasonSource> reasonSources() {
    return reasonSources;
  }

  Duration lease() {
    return lease;
  }

  EngineListener listener() {
    return listener;
  }

  WakeUps wakeUps() {
    return wakeUps;
  }

  Cloner cloner() {
    return cloner;
  }

  DefinitionCatalog catalog() {
    return catalog;
  }

  Collection<JobDefinition<?>> runnableDefinitions() {
    return definitions.values().stream().filter(JobDefinition::isRunnable).toList();
  }

  void ended(Worker worker) {
    workers.remove(worker);
  }

  /** A job waits for its time that may come before the next look. */
  void jobsScheduled() {
    agents().ifPresent(running -> running.dueAgent().wake());
  }

  void schedulesChanged() {
    agents().ifPresent(running -> running.scheduleAgent().wake());
  }

  private void clockChanged() {
    jobsScheduled();
    schedulesChanged();
  }

  private Optional<Services> agents() {
    synchronized (lifecycle) {
      return Optional.ofNullable(services);
    }
  }
}
