package dev.ekiden.bench.fleet;

import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * A place where every task is at once a worker that has nothing to do, so that a controller has
 * thousands to look after on one machine. They are rows: no process is started.
 */
final class PresentLauncher implements Launcher {
  private static final String BECOME_WORKER =
      """
      INSERT INTO ekiden.worker
        (name, concurrency, queues, definitions, started_at, expires_at)
      VALUES (:name, 1, CAST(ARRAY[:queue] AS text[]), '{}', clock_timestamp(),
              clock_timestamp() + interval '1 day')
      """;

  private static final String BE_READY =
      "UPDATE ekiden.fleet_task SET ready_at = clock_timestamp() WHERE id = :name";

  private final Database database;
  private final Map<TaskId, TaskStatus> tasks = new ConcurrentSkipListMap<>();

  PresentLauncher(Database database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public void launch(Task task) {
    Instant now = Instant.now();
    TaskStatus status =
        new TaskStatus(
            task.id(),
            task.labels(),
            task.capacityClass(),
            new Phase.Running(),
            now,
            Optional.of(now),
            Optional.empty(),
            ResourceUse.UNKNOWN);
    if (tasks.putIfAbsent(task.id(), status) == null) {
      database.useTransaction(handle -> {
        handle
            .createUpdate(BECOME_WORKER)
            .bind("name", task.id().value())
            .bind("queue", KeptHistory.QUEUE)
            .execute();
        handle.createUpdate(BE_READY).bind("name", task.id().value()).execute();
      });
    }
  }

  @Override
  public List<TaskStatus> list() {
    return List.copyOf(tasks.values());
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return Optional.ofNullable(tasks.get(id));
  }

  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    return () -> {};
  }

  @Override
  public void stop(TaskId id, Duration grace) {}

  @Override
  public LogPage log(TaskId id, LogPosition from, int maxBytes) {
    return new LogPage(0, List.of(), from, true);
  }

  @Override
  public Optional<byte[]> result(TaskId id) {
    return Optional.empty();
  }

  @Override
  public void remove(TaskId id) {
    tasks.remove(id);
  }

  @Override
  public String plan(Task task) {
    return task.id().value();
  }

  @Override
  public void close() {}
}
