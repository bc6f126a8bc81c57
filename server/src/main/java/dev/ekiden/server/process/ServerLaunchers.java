package dev.ekiden.server.process;

import dev.ekiden.fleet.Places;
import dev.ekiden.fleet.command.CommandLaunchers;
import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.PatientLauncher;
import dev.ekiden.launch.docker.DockerLauncher;
import dev.ekiden.launch.docker.DockerOptions;
import dev.ekiden.launch.ecs.EcsLauncher;
import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.kubernetes.KubernetesLauncher;
import dev.ekiden.launch.kubernetes.KubernetesOptions;
import dev.ekiden.launch.process.ProcessLauncher;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.config.LauncherSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launchers of a server: those of its fleets and those of its command jobs, which see nothing
 * of each other. All but processes are opened when they are first used, so that a server starts
 * also while a cluster is away.
 *
 * @param settings what the launchers file says
 * @param engine the Docker Engine unless that file names another one
 * @param databaseId tells our tasks from those of other installations
 */
record ServerLaunchers(LauncherSettings settings, URI engine, String databaseId) {
  private static final String FLEETS = "fleets-";
  private static final String COMMANDS = "commands-";
  private static final Logger log = LoggerFactory.getLogger(ServerLaunchers.class);

  /**
   * Where the workers of a launcher live.
   *
   * @param network what they see of it
   * @param passwordReference in place of the database's password, where only that is taken
   */
  record Surroundings(Network network, Optional<String> passwordReference) {
    static final Surroundings HERE = new Surroundings(Network.host(), Optional.empty());
  }

  /**
   * Those of command jobs; Docker is always one of them.
   *
   * @param directory of processes
   */
  CommandLaunchers commands(Path directory) {
    String installation = COMMANDS + databaseId;
    CommandLaunchers launchers =
        new CommandLaunchers()
            .withProcesses(directory)
            .withDocker(
                settings
                    .docker()
                    .map(docker -> docker.options(installation, engine))
                    .orElseGet(() -> DockerOptions.of(installation).withEngine(engine)));
    settings
        .kubernetes()
        .ifPresent(kubernetes -> launchers.withKubernetes(kubernetes.options(installation)));
    settings.ecs().ifPresent(ecs -> launchers.withEcs(ecs.options(installation)));
    return launchers;
  }

  /**
   * Those of fleets.
   *
   * @param directory of processes
   * @param database that workers work for
   */
  List<Located> fleets(Path directory, DatabaseAddress database) {
    String installation = FLEETS + databaseId;
    WorkerReach reach = WorkerReach.of(database);
    List<Located> all = new ArrayList<>();
    try {
      Launcher launcher = ProcessLauncher.in(directory);
      all.add(new Located(Places.ofProcesses(directory), launcher));
    } catch (LaunchException e) {
      log.info("fleets of processes cannot be had here: {}", e.getMessage());
    }
    settings
        .docker()
        .ifPresent(docker -> {
          DockerOptions options = docker.options(installation, engine);
          all.add(
              new Located(
                  Places.ofDocker(options.engine()),
                  PatientLauncher.of("docker", () -> DockerLauncher.connect(options)),
                  reach.hindranceInDocker(options.engine(), docker.network())));
        });
    settings
        .kubernetes()
        .ifPresent(kubernetes -> {
          KubernetesOptions options = kubernetes.options(installation);
          all.add(
              new Located(
                  Places.ofKubernetes(options),
                  PatientLauncher.of("kubernetes", () -> KubernetesLauncher.connect(options)),
                  reach.hindranceElsewhere("kubernetes")));
        });
    settings
        .ecs()
        .ifPresent(ecs -> {
          EcsOptions options = ecs.options(installation);
          all.add(
              new Located(
                  Places.ofEcs(options),
                  PatientLauncher.of("ecs", () -> EcsLauncher.connect(options)),
                  reach
                      .hindranceElsewhere("ecs")
                      .or(() -> reach.hindranceByPassword(ecs.databasePassword()))));
        });
    return all;
  }

  /** Where workers live, by launcher. */
  Map<String, Surroundings> surroundings() {
    Map<String, Surroundings> all = new HashMap<>();
    settings
        .docker()
        .ifPresent(
            docker -> all.put("docker", new Surroundings(docker.network(), Optional.empty())));
    settings
        .kubernetes()
        .ifPresent(kubernetes ->
            all.put("kubernetes", new Surroundings(kubernetes.network(), Optional.empty())));
    settings
        .ecs()
        .ifPresent(ecs -> all.put("ecs", new Surroundings(ecs.network(), ecs.databasePassword())));
    return all;
  }
}
