package dev.ekiden.fleet.control;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.fleet.CapacityClass;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Task;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A database, a place for workers, and controllers that take turns when the test says so. */
final class FleetWorld {
  static final String QUEUE = "work";
  static final CapacityClass D = CapacityClass.ON_DEMAND;
  static final CapacityClass S = CapacityClass.SPOT;

  record Nap(long millis) {}

  private final TestEngine jobs;
  final Database database;
  final AtomicInteger begun = new AtomicInteger();

  /** Naps of a negative length last until this is open. */
  volatile CountDownLatch open = new CountDownLatch(1);

  final JobDefinition<Nap> nap =
      JobDefinition.named("nap", Nap.class)
          .queue(QUEUE)
          .handler((nap, context) -> {
            begun.incrementAndGet();
            if (nap.millis() < 0) {
              open.await();
            } else {
              TimeUnit.MILLISECONDS.sleep(nap.millis());
            }
            return "rested";
          });

  final Engine engine;
  final ThreadLauncher.Place place;
  final Fleets fleets;
  private final List<FleetController> controllers = new ArrayList<>();

  FleetWorld(TestEngine jobs) {
    this.jobs = jobs;
    this.database = jobs.database();
    this.engine = jobs.engine(nap);
    engine.start();
    this.place = new ThreadLauncher.Place(database, this::engineOfWorker);
    this.fleets = new Fleets(database, engine, launchers(new ThreadLauncher(place)));
  }

  private Engine engineOfWorker() {
    synchronized (jobs) {
      return jobs.engine(nap);
    }
  }

  static Launchers launchers(ThreadLauncher launcher) {
    return Launchers.of(List.of(new Located("here", launcher)));
  }

  FleetController controller() {
    return controller(new ThreadLauncher(place));
  }

  /** What it asks of its launcher is done when its turn is. */
  FleetController controller(ThreadLauncher launcher) {
    return controller(
        launchers(launcher), FleetController.LEASE_TIME, Duration.ZERO, Runnable::run);
  }

  FleetController controller(
      Launchers launchers, Duration lease, Duration keepEnded, Executor threads) {
    FleetController controller =
        new FleetController(
            database, engine, launchers, FleetWorld::task, "test", lease, keepEnded, threads);
    controllers.add(controller);
    return controller;
  }

  /** As if so much time had passed: a short lease might run out too early on a busy machine. */
  void leaseRunsOut() {
    database.useTransaction(handle ->
        handle.execute(
            "UPDATE ekiden.leader_lease SET expires_at = '-infinity' WHERE name = ?",
            FleetController.LEASE));
  }

  static Task task(FleetSpec fleet, FleetTask task) {
    return Task.of(task.id(), Program.command("worker"))
        .label(WorkerProgram.FLEET_LABEL, task.fleet())
        .capacityClass(task.capacityClass().name())
        .environment("QUEUES", String.join(",", fleet.queues()))
        .environment("SLOTS", Integer.toString(fleet.settings().slots()))
        .build();
  }

  List<FleetTask> tasks(String fleet) {
    return fleets.tasks(fleet, true, Long.MAX_VALUE, Fleets.MAX_PAGE).reversed();
  }

  List<FleetTask> present(String fleet) {
    return fleets.tasks(fleet, false, Long.MAX_VALUE, Fleets.MAX_PAGE).reversed();
  }

  /** Classes of the tasks in order, as D and S. */
  String classes(String fleet) {
    StringBuilder order = new StringBuilder();
    tasks(fleet).forEach(task -> order.append(task.capacityClass().equals(D) ? 'D' : 'S'));
    return order.toString();
  }

  List<Long> naps(int count, long millis) {
    List<dev.ekiden.engine.JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(nap.request(new Nap(millis)));
    }
    return engine.enqueue(requests).stream().map(one -> one.id()).toList();
  }

  /** Waits until so many workers of the fleet hold a lease. */
  void awaitWorkers(int count) {
    TestEngine.awaitUntil(
        count + " workers, but there are " + engine.workers().size(),
        () -> engine.workers().size() == count);
  }

  void close() throws InterruptedException {
    open.countDown();
    place.workersOpen.countDown();
    place.membersOpen.countDown();
    controllers.forEach(FleetController::close);
    place.close();
  }
}
