package dev.ekiden.server.process;

import dev.ekiden.engine.WorkerOptions;
import java.lang.management.ManagementFactory;

/** Names workers so that lists tell where they run: {@code worker@host:pid}. */
final class WorkerName {
  private WorkerName() {}

  /** The same worker, its name followed by this host and process. */
  static WorkerOptions here(WorkerOptions options) {
    String process = ManagementFactory.getRuntimeMXBean().getName();
    String host = process.substring(process.indexOf('@') + 1);
    return options.withName(
        "%s@%s:%d".formatted(options.name(), host, ProcessHandle.current().pid()));
  }
}
