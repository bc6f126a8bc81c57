package dev.ekiden.bench.chaos;

import dev.ekiden.bench.chaos.Fault.Kind;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Timing;
import dev.ekiden.postgres.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run under faults: worker processes behind proxies, a PostgreSQL of its own, jobs of every
 * feature, a plan of faults; and then the check of what happened. Not thread-safe.
 */
final class ChaosRun implements AutoCloseable {
  /** How long none of what was enqueued may end after the last fault. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration HOLDER_PATIENCE = Duration.ofSeconds(30);
  private static final Duration INTERRUPT_PATIENCE = Duration.ofMillis(1_500);
  private static final long SLOW_MILLIS = 10;
  private static final int HOLDERS = 2;
  private static final String TICK = "tick";

  private static final String OPEN_HANDLERS =
      """
      SELECT count(*)
      FROM public.history AS begin
      WHERE kind = 'BEGIN' AND starts_with(process, :process || ', call ')
        AND handler_millis <= :millis
        AND NOT EXISTS (
          SELECT
          FROM public.history AS ended
          WHERE ended.process = begin.process AND ended.job = begin.job
            AND ended.attempt = begin.attempt
            AND ended.kind IN ('DONE', 'FAILED', 'INTERRUPTED'))
      """;

  private final ChaosSize size;
  private final FaultPlan plan;
  private final Path directory;
  private final Consumer<String> log;
  private final Server server;
  private final Database database;
  private final Engine control;
  private final History history;
  private final Marks marks;
  private final Proxy producerProxy;
  private final Database producerDatabase;
  private final Producer producer;
  private final Recoveries recoveries;
  private final List<WorkerSlot> slots = new ArrayList<>();
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private final List<Interrupts.Stop> stops = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private int holders;

  /**
   * @param directory takes the database and the logs of the processes; the caller deletes it
   * @param log is told what happens
   */
  ChaosRun(ChaosSize size, FaultPlan plan, Path directory, Consumer<String> log) {
    this.size = size;
    this.plan = plan;
    this.directory = directory;
    this.log = log;
    server = new Server(directory.resolve("postgres"));
    database = Database.open(server.address(), 8, "chaos");
    control =
        Engine.on(database.dataSource())
            .definitions(Load.known(size.workers()))
            .lease(size.lease())
            .name("control")
            .build();
    control.migrate();
    control.register();
    Load.limit(control);
    history = History.watch(database);
    marks = Marks.open(server.address(), "control");
    producerProxy = Proxy.before(server.address());
    producerDatabase = Database.open(producerProxy.address(), 4, "producer");
    Engine enqueuing =
        Engine.on(producerDatabase.dataSource())
            .definitions(Load.known(size.workers()))
            .name("producer")
            .build();
    enqueuing.register();
    producer =
        new Producer(
            enqueuing,
            control,
            database,
            marks,
            new Load(plan.seed(), size.keys(), InstantSource.system()),
            new Random(~plan.seed()));
    recoveries = new Recoveries(database, Recoveries.LIMIT, Recoveries.LIMIT_AFTER_RETURN);
  }

  History history() {
    return history;
  }

  ChaosResult run() throws IOException, InterruptedException {
    String diskSkipped;
    // The processes start while the disk becomes full.
    try (Outage outage = new Outage(server, database, control, size, directory)) {
      for (int i = 0; i < size.workers(); i++) {
        slots.add(
            new WorkerSlot(
                server.address(), size.lease(), i, size.concurrency(), false, directory));
      }
      diskSkipped = fillDisk();
      survive(outage);
    }
    for (WorkerSlot slot : slots) {
      slot.awaitReady();
    }
    control
        .schedules()
        .put(TICK, Load.tick(), new Timing.Rate(Duration.ofSeconds(1)), ZoneOffset.UTC);
    long start = System.nanoTime();
    CompletableFuture<Void> flow = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("producer")
        .start(() -> {
          try {
            producer.run(size.jobs(), size.flow());
            flow.complete(null);
          } catch (RuntimeException | Error e) {
            flow.completeExceptionally(e);
          }
        });
    for (Fault fault : plan.faults()) {
      LockSupport.parkNanos(
          start + TimeUnit.MILLISECONDS.toNanos(fault.atMillis()) - System.nanoTime());
      log.accept(fault.toString());
      apply(fault);
      done.merge(fault.kind(), 1, Integer::sum);
      violations.addAll(Persistently.get(() -> TableRules.present(history)));
    }
    flow.join();
    log.accept("all jobs are enqueued, all faults done");
    Persistently.run(() -> control.schedules().remove(TICK));
    awaitTheEnd();
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    recoveries.join();
    int processes = slots.stream().mapToInt(WorkerSlot::generations).sum();
    // What a worker still does would be a violation that nobody sees.
    slots.forEach(WorkerSlot::close);
    slots.clear();
    return check(time, processes, diskSkipped);
  }

  private ChaosResult check(Duration time, int processes, @Nullable String diskSkipped) {
    List<Event> events = history.events();
    violations.addAll(Checker.check(history, producer.known()));
    Interrupts interrupts = Interrupts.of(events, stops);
    violations.addAll(interrupts.violations());
    violations.addAll(recoveries.violations());
    Map<String, Long> states = new TreeMap<>();
    database.useTransaction(handle ->
        handle
            .createQuery(
                "SELECT CAST(state AS text) AS state, count(*) AS jobs FROM ekiden.finished"
                    + " GROUP BY state")
            .map((row, context) -> states.put(row.getString("state"), row.getLong("jobs")))
            .list());
    return new ChaosResult(
        Map.copyOf(done),
        producer.known().accepted().size(),
        producer.lostAnswers(),
        states,
        events.stream().filter(event -> event.is(Act.BEGIN)).count(),
        processes,
        time,
        recoveries.times(),
        interrupts.times(),
        diskSkipped,
        List.copyOf(violations));
  }

  // ---- phases of their own ----

  private @Nullable String fillDisk() throws IOException, InterruptedException {
    FullDisk.Outcome outcome =
        new FullDisk(database, control, directory.resolve("postgres"), log)
            .run(new Random(plan.seed()), violations);
    producer.accept(outcome.accepted());
    log.accept(
        outcome.skipped() == null
            ? "the disk was full, and is not"
            : "no full disk: " + outcome.skipped());
    return outcome.skipped();
  }

  private void survive(Outage outage) throws InterruptedException {
    log.accept(
        "the database goes away for %s while %,d long attempts run"
            .formatted(size.outage(), size.longJobs()));
    producer.accept(outage.run(violations));
  }

  // ---- faults ----

  private void apply(Fault fault) {
    WorkerSlot slot = slots.get(fault.worker());
    switch (fault.kind()) {
      case KILL_WORKER -> {
        die(slot, "KILL");
      }
      case DRAIN_WORKER -> {
        die(slot, "TERM");
      }
      case STOP_WORKER -> stop(slot);
      case CRASH_JOB -> {
        List<Enqueued> crash = Persistently.get(() -> control.enqueue(List.of(Load.crash())));
        producer.accept(crash.stream().map(Enqueued::id).toList());
      }
      case KILL_BACKEND -> {
        backend("worker%").ifPresent(server::kill);
        server.awaitAnswer();
        recoveries.disturbed();
      }
      case KILL_SERVER -> {
        server.kill();
        recoveries.disturbed();
      }
      case RESTART_DATABASE -> {
        server.restart();
        recoveries.disturbed();
      }
      case DATABASE_AWAY -> {
        server.away(Duration.ofMillis(fault.millis()));
        recoveries.disturbed();
      }
      case END_CONNECTION ->
          backend(slot.present().name())
              .ifPresent(pid ->
                  Persistently.run(() ->
                      database.withHandle(handle ->
                          handle
                              .createQuery("SELECT pg_terminate_backend(CAST(:pid AS integer))")
                              .bind("pid", pid)
                              .mapTo(Boolean.class)
                              .list())));
      case CUT -> slot.proxy().cut();
      case DELAY -> {
        slot.proxy().delay(SLOW_MILLIS);
        rest(fault);
        slot.proxy().delay(0);
        disturbedIfLeading(slot);
      }
      case BLACKHOLE -> {
        slot.proxy().swallow(true);
        rest(fault);
        slot.proxy().swallow(false);
        disturbedIfLeading(slot);
      }
      case CUT_PRODUCER -> producerProxy.cut();
      case EXHAUST_POOL -> {
        slot.present().tell(ChaosWorker.EXHAUST + " " + fault.millis());
        rest(fault);
        disturbedIfLeading(slot);
      }
      case CLOCK_JUMP ->
          Persistently.run(() -> control.clock().advance(Duration.ofMillis(fault.millis())));
      case PAUSE_QUEUE -> {
        String queue = Load.QUEUES.get(fault.worker() % Load.QUEUES.size());
        Persistently.run(() -> control.queues().pause(queue, "chaos"));
        marks.write(Act.PAUSED, queue);
        rest(fault);
        marks.write(Act.RESUMING, queue);
        Persistently.run(() -> control.queues().resume(queue));
      }
      case HOLD_GROUP -> {
        Persistently.run(() -> control.groups().hold(Load.HELD_GROUP, "chaos"));
        marks.write(Act.HELD, Load.HELD_GROUP);
        rest(fault);
        marks.write(Act.RELEASING, Load.HELD_GROUP);
        Persistently.run(() -> control.groups().release(Load.HELD_GROUP));
      }
      case ADVANCE_EPOCH -> Persistently.get(() -> control.groups().advanceEpoch(Load.HELD_GROUP));
    }
  }

  private static void rest(Fault fault) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(fault.millis()));
  }

  private void disturbedIfLeading(WorkerSlot slot) {
    // Who led may have lost the leadership meanwhile; then another had to wait for its lease.
    recoveries.disturbed();
    log.accept("          " + slot.present().name() + " is undisturbed again");
  }

  private void die(WorkerSlot slot, String signal) {
    WorkerSlot.Present doomed = slot.present();
    if (recoveries.leads(doomed.name())) {
      log.accept("          " + doomed.name() + " leads the recovery");
      doomed.signal(signal);
      recoveries.watch(doomed.name());
      recoveries.disturbed();
    } else {
      doomed.signal(signal);
      recoveries.watch(doomed.name());
    }
  }

  /** Stops a process that holds keys until others have what it held, then lets it go on. */
  private void stop(WorkerSlot slot) {
    WorkerSlot.Present stopped = slot.present();
    List<Long> ids =
        Persistently.get(
                () -> {
                  List<JobRequest> requests = new ArrayList<>();
                  for (int i = 0; i < HOLDERS; i++) {
                    requests.add(Load.holder(slot.number(), ++holders));
                  }
                  return control.enqueue(requests);
                })
            .stream()
            .map(Enqueued::id)
            .toList();
    producer.accept(ids);
    awaitBegin(ids);
    boolean leads = recoveries.leads(stopped.name());
    stopped.signal("STOP");
    if (leads) {
      log.accept("          " + stopped.name() + " leads the recovery");
    }
    boolean fenced = recoveries.await(stopped.name(), leads);
    long resumed = System.currentTimeMillis();
    if (fenced) {
      stops.add(new Interrupts.Stop(stopped.name(), resumed));
    }
    stopped.signal("CONT");
    recoveries.disturbed();
    awaitEnds(stopped.name(), resumed);
    if (fenced && !stopped.process().isAlive()) {
      stops.removeLast(); // it died of something else: nobody can say what it would have done
    }
  }

  private void awaitBegin(List<Long> ids) {
    long deadline = System.nanoTime() + HOLDER_PATIENCE.toNanos();
    long began = 0;
    while (began < ids.size() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      began =
          Persistently.get(() ->
              database.withHandle(handle ->
                  handle
                      .createQuery(
                          "SELECT count(*) FROM public.history"
                              + " WHERE kind = 'BEGIN' AND job = ANY (:jobs)")
                      .bindArray("jobs", Long.class, ids)
                      .mapTo(Long.class)
                      .one()));
    }
  }

  /** Waits until all handlers that a process began until then have ended; they have 1 s. */
  private void awaitEnds(String process, long beginMillis) {
    long deadline = System.nanoTime() + INTERRUPT_PATIENCE.toNanos();
    long open = 1;
    while (open > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      open =
          Persistently.get(() ->
              database.withHandle(handle ->
                  handle
                      .createQuery(OPEN_HANDLERS)
                      .bind("process", process)
                      .bind("millis", beginMillis)
                      .mapTo(Long.class)
                      .one()));
    }
  }

  private Optional<Long> backend(String application) {
    return Persistently.get(() ->
        database.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name LIKE :application
                    ORDER BY state = 'idle', pid
                    LIMIT 1
                    """)
                .bind("application", application)
                .mapTo(Long.class)
                .findOne()));
  }

  // ---- the end ----

  private void awaitTheEnd() {
    for (String queue : Load.QUEUES) {
      Persistently.run(() -> control.queues().resume(queue));
    }
    Persistently.run(() -> control.groups().release(Load.HELD_GROUP));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long least = Long.MAX_VALUE;
    long left = Persistently.get(history::live);
    while (left > 0 && System.nanoTime() < deadline) {
      producer.letKeysGo();
      if (left >= least) {
        // What is left may wait for a time.
        Persistently.run(() -> control.clock().advance(Duration.ofSeconds(2)));
      }
      if (left < least) {
        least = left;
        deadline = System.nanoTime() + PATIENCE.toNanos();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      left = Persistently.get(history::live);
    }
    producer.letKeysGo();
  }

  @Override
  public void close() {
    slots.forEach(WorkerSlot::close);
    producerProxy.close();
    producerDatabase.close();
    marks.close();
    database.close();
    server.close();
  }
}
