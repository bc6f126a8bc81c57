package dev.ekiden.server.process;

import dev.ekiden.fleet.control.FleetController;
import dev.ekiden.fleet.control.FleetReasons;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.fleet.control.Launchers;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.process.ProcessLauncher;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.Services;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
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

  private static final Logger log = LoggerFactory.getLogger(ServerFleets.class);

  private final LifeCycle lifeCycle = new LifeCycle();
  private final Fleets fleets;
  private final FleetController controller;

  private ServerFleets(Fleets fleets, FleetController controller) {
    this.fleets = fleets;
    this.controller = controller;
  }

  static ServerFleets start(Services services, Path directory, DatabaseAddress database) {
    List<Located> located = new ArrayList<>();
    String process = ManagementFactory.getRuntimeMXBean().getName();
    String host = process.substring(process.indexOf('@') + 1);
    Path tasks = directory.toAbsolutePath().normalize().resolve(TASKS);
    try {
      Launcher launcher = ProcessLauncher.in(tasks);
      located.add(new Located(host + ":" + tasks, launcher));
    } catch (LaunchException e) {
      log.info("fleets of processes cannot be had here: {}", e.getMessage());
    }
    Launchers launchers = Launchers.of(located);
    Fleets fleets = new Fleets(services.database(), services.engine(), launchers);
    ServerFleets started =
        new ServerFleets(
            fleets,
            FleetController.start(
                services.database(),
                services.engine(),
                launchers,
                new WorkerCommand(database, System.getenv()),
                process));
    located.forEach(
        one -> started.lifeCycle.add("the launcher " + one.launcher().name(), one.launcher()));
    started.lifeCycle.add("the fleet controller", started.controller);
    started.lifeCycle.add(
        "the reasons of fleets", services.engine().addReasons(new FleetReasons(fleets)));
    return started;
  }

  Fleets fleets() {
    return fleets;
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
