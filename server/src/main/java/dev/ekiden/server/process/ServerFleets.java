package dev.ekiden.server.process;

import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.control.Fleet;
import dev.ekiden.fleet.control.FleetController;
import dev.ekiden.fleet.control.FleetReasons;
import dev.ekiden.fleet.control.FleetSpec;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.Launchers;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.fleet.control.WorkerProgram;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.MetricsRegistry;
import dev.ekiden.server.Services;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleets of a server: its launchers, the controller, and what it adds to explanations. Closing
 * it stops the controller; the workers go on, and the next server finds them.
 */
final class ServerFleets implements AutoCloseable {
  /** Where processes of fleets are kept, below the state directory. */
  private static final String TASKS = "tasks";

  /** Where the cache of a worker's classes is kept, below the state directory. */
  private static final String CACHES = "cache";

  /** A server has other things to do when it starts; and one that ends soon needs no cache. */
  private static final Duration CACHE_AFTER = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(ServerFleets.class);

  private final LifeCycle lifeCycle = new LifeCycle();
  private final Fleets fleets;
  private final FleetController controller;
  private final WorkerCommand workers;

  private ServerFleets(Fleets fleets, FleetController controller, WorkerCommand workers) {
    this.fleets = fleets;
    this.controller = controller;
    this.workers = workers;
  }

  static ServerFleets start(
      Services services, Path directory, DatabaseAddress database, ServerLaunchers all) {
    Path tasks = directory.toAbsolutePath().normalize().resolve(TASKS);
    List<Located> located = all.fleets(tasks, database);
    Launchers launchers = Launchers.of(located);
    Fleets fleets = new Fleets(services.database(), services.engine(), launchers);
    Path caches = directory.toAbsolutePath().normalize().resolve(CACHES);
    WorkerCommand workers =
        new WorkerCommand(database, System.getenv(), caches, all.surroundings());
    ServerFleets started =
        new ServerFleets(
            fleets,
            FleetController.start(
                services.database(),
                services.engine(),
                launchers,
                workers,
                WorkerName.here("fleets")),
            workers);
    located.forEach(
        one -> started.lifeCycle.add("the launcher " + one.launcher().name(), one.launcher()));
    started.lifeCycle.add("the fleet controller", started.controller);
    started.lifeCycle.add(
        "the reasons of fleets", services.engine().addReasons(new FleetReasons(fleets)));
    measure(services.metrics(), started.controller);
    Thread later = Thread.ofVirtual().name("worker-cache").start(started::makeCacheLater);
    started.lifeCycle.add("the cache of workers", later::interrupt);
    return started;
  }

  private static void measure(MetricsRegistry metrics, FleetController controller) {
    GaugeWithCallback.builder()
        .name("ekiden_fleet_turn_seconds")
        .help("How long the last turn of the fleets took, where this server leads them.")
        .labelNames("part")
        .callback(told ->
            controller
                .lastTurn()
                .ifPresent(turn -> {
                  told.call(Times.seconds(turn.look()), "look");
                  told.call(Times.seconds(turn.decide()), "decide");
                  told.call(Times.seconds(turn.write()), "write");
                  told.call(Times.seconds(turn.act()), "act");
                }))
        .register(metrics.prometheus());
  }

  /** Makes the cache of worker processes now; see {@link WorkerCache}. */
  boolean makeCache() throws InterruptedException {
    return workers.makeCache();
  }

  /** Makes it once there is a fleet that has a use for it. */
  private void makeCacheLater() {
    try {
      do {
        Thread.sleep(CACHE_AFTER);
      } while (!startsProcesses());
      workers.makeCache();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean startsProcesses() {
    try {
      return fleets.list().stream()
          .map(Fleet::spec)
          .anyMatch(spec -> spec.enabled() && spec.launcher().equals(FleetSpec.PROCESS));
    } catch (RuntimeException e) {
      log.debug("the database does not say which fleets there are", e);
      return false;
    }
  }

  Fleets fleets() {
    return fleets;
  }

  /** What is launched to have a worker. */
  WorkerProgram program() {
    return workers;
  }

  /** Looks at once: somebody has changed what fleets should be. */
  void changed() {
    controller.wake();
  }

  @Override
  public void close() {
    lifeCycle.close();
  }
}
