package dev.ekiden.server.process;

import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.fleet.Places;
import java.util.Optional;

/** Names workers so that lists tell where they run: {@code worker@host:pid}. */
final class WorkerName {
  private WorkerName() {}

  /** The same worker under the name it was given, else under that of its place. */
  static WorkerOptions of(WorkerOptions options, Optional<String> given) {
    return given.map(options::withName).orElseGet(() -> here(options));
  }

  /** The same worker, its name followed by this host and process. */
  private static WorkerOptions here(WorkerOptions options) {
    return options.withName(here(options.name()));
  }

  /** The name followed by this host and process. */
  static String here(String name) {
    return "%s@%s:%d".formatted(name, Places.host(), ProcessHandle.current().pid());
  }
}
