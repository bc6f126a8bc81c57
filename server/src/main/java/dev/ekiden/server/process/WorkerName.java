package dev.ekiden.server.process;

import dev.ekiden.engine.WorkerOptions;
import java.lang.management.ManagementFactory;
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
    String process = ManagementFactory.getRuntimeMXBean().getName();
    String host = process.substring(process.indexOf('@') + 1);
    return options.withName(
        "%s@%s:%d".formatted(options.name(), host, ProcessHandle.current().pid()));
  }
}
