package dev.ekiden.server;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a program adds to a server: job definitions, workers, routes, commands and a demonstration.
 *
 * <p>One object serves every role of the process. Its methods are called in the order listed here,
 * on the starting thread, before the listeners accept anything; {@link #controlRoutes} and {@link
 * #publicRoutes} are called once per start.
 */
public interface Application {
  /**
   * What it is called, for example {@code calendar}: the prefix of its routes, the noun of its
   * commands, the name of its demonstration. 1 to 30 of a-z, 0-9 and -, starting with a letter.
   */
  String name();

  /** Creates or upgrades its own schema. Called by the roles that migrate, after the engine's. */
  default void migrate(Database database) {}

  /**
   * Checks that its schema is what this build runs on. Called by roles that do not migrate, and by
   * {@code /ready}; throws with what to do about it. By default every schema is good.
   */
  default void requireCurrentSchema(Database database) {}

  /**
   * Its job definitions. Handlers may keep {@code services}; {@link Services#engine} works once the
   * engine is built.
   */
  List<JobDefinition<?>> definitions(Services services);

  /** The workers that run its jobs, inline in a server and in the role {@code worker}. */
  default List<WorkerOptions> workers() {
    return List.of();
  }

  /** Called after the engine has started, in server roles only, for example to put schedules. */
  default void started(Services services) {}

  /** Adds routes to the control listener; paths are below {@code /<name>}. */
  default void controlRoutes(Routes routes, Services services) {}

  /** Adds routes to the application's own public listener; paths are below {@code /<name>}. */
  default void publicRoutes(Routes routes, Services services) {}

  /** Whether it gets a listener of its own, on which no control route exists. */
  default boolean hasPublicListener() {
    return false;
  }

  /**
   * Where on its public listener people find its page, such as {@code /booking}; {@code ekiden up}
   * prints the whole address.
   */
  default Optional<String> publicPage() {
    return Optional.empty();
  }

  /**
   * The OpenAPI document of its routes as a class-path resource, served at {@code
   * /<name>/openapi.yaml} on each of its listeners.
   */
  default Optional<String> openApiResource() {
    return Optional.empty();
  }

  /** Objects with picocli's annotations that become {@code ekiden <name> …}. */
  default List<Object> commands(CommandContext context) {
    return List.of();
  }

  /** Demonstrations besides its own, by names of theirs; each is played only when it is named. */
  default Map<String, Demo> moreDemos() {
    return Map.of();
  }

  /** What {@code ekiden demo <name>} runs. */
  default Optional<Demo> demo() {
    return Optional.empty();
  }
}
