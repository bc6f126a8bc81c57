package dev.ekiden.fleet.control;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.fleet.control.store.TaskTable;
import dev.ekiden.launch.CannotPlaceException;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.PollingWatch;
import dev.ekiden.launch.ResourceUse;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Watch;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Runs a fleet's workers as real workers of engines of this process, one engine each, so that many
 * come and go quickly. Several launchers over one {@link Place} see the same tasks.
 */
class ThreadLauncher implements Launcher {

  /** Where tasks are; outlives launchers as a machine outlives servers. */
  static final class Place {
    private final ConcurrentHashMap<TaskId, Entry> tasks = new ConcurrentHashMap<>();
    final List<String> classes = new CopyOnWriteArrayList<>();
    final List<TaskId> begun = new CopyOnWriteArrayList<>();

    /** Classes that cannot be placed. */
    final Set<String> refused = ConcurrentHashMap.newKeySet();

    private final Database database;
    private final java.util.function.Supplier<Engine> engines;

    /** Workers that come up look at their fleet only when this is open. */
    volatile CountDownLatch membersOpen = new CountDownLatch(0);

    /** Tasks become workers only when this is open. */
    volatile CountDownLatch workersOpen = new CountDownLatch(0);

    Place(Database database, java.util.function.Supplier<Engine> engines) {
      this.database = database;
      this.engines = engines;
    }

    /** Ends a task as kill -9 would: its worker says nothing and its lease runs out. */
    void kill(TaskId id) {
      Entry entry = tasks.get(id);
      if (entry != null) {
        entry.end(new Ending.Signaled(9));
      }
    }

    List<TaskId> running() {
      return tasks.values().stream()
          .filter(entry -> entry.ending == null)
          .map(entry -> entry.task.id())
          .sorted()
          .toList();
    }

    void close() throws InterruptedException {
      for (Entry entry : tasks.values()) {
        entry.thread.join();
      }
      List<Thread> drains =
          tasks.values().stream()
              .map(entry -> Thread.ofVirtual().start(() -> entry.drain(Duration.ZERO)))
              .toList();
      for (Thread drain : drains) {
        drain.join();
      }
    }
  }

  /** What a server that is killed dies of. */
  static final class Killed extends Error {
    Killed() {
      super("killed");
    }
  }

  /** Before and after a launch; may throw {@link Killed}. */
  Consumer<Task> beforeLaunch = task -> {};

  Consumer<Task> afterLaunch = task -> {};
  Runnable beforeList = () -> {};

  private final Place place;

  ThreadLauncher(Place place) {
    this.place = place;
  }

  @Override
  public String name() {
    return "process";
  }

  @Override
  public void launch(Task task) {
    beforeLaunch.accept(task);
    if (place.refused.contains(task.capacityClass())) {
      throw new CannotPlaceException(task, "no machines of this class");
    }
    Entry entry = new Entry(place, task);
    if (place.tasks.putIfAbsent(task.id(), entry) == null) {
      place.classes.add(task.capacityClass());
      entry.thread.start();
    }
    afterLaunch.accept(task);
  }

  @Override
  public List<TaskStatus> list() {
    beforeList.run();
    return place.tasks.values().stream()
        .map(Entry::status)
        .sorted(Comparator.comparing(TaskStatus::id))
        .toList();
  }

  @Override
  public Optional<TaskStatus> find(TaskId id) {
    return Optional.ofNullable(place.tasks.get(id)).map(Entry::status);
  }

  @Override
  public Watch watch(Consumer<TaskStatus> changes) {
    return PollingWatch.start(
        () -> place.tasks.values().stream().map(Entry::status).toList(),
        changes,
        Duration.ofMillis(20));
  }

  @Override
  public void stop(TaskId id, Duration grace) {
    Optional.ofNullable(place.tasks.get(id))
        .ifPresent(entry -> {
          // What a worker gets that was started with the grace: the launcher's is longer.
          Duration own = grace.minus(WorkerProgram.KILL_AFTER_GRACE);
          Thread.ofVirtual().start(() -> entry.drain(own.isNegative() ? Duration.ZERO : own));
        });
  }

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
    Entry entry = place.tasks.get(id);
    if (entry != null && entry.ending == null) {
      throw new LaunchException("Task " + id + " has not ended");
    }
    place.tasks.remove(id);
  }

  @Override
  public String plan(Task task) {
    return task.toString();
  }

  @Override
  public void close() {}

  private static final class Entry {
    private final Place place;
    private final Task task;
    private final Instant asked = Instant.now();
    private final Thread thread;
    private volatile Engine engine;
    private volatile Worker worker;
    private volatile FleetMember member;
    private volatile Ending ending;
    private volatile Instant ended;

    Entry(Place place, Task task) {
      this.place = place;
      this.task = task;
      this.thread = Thread.ofVirtual().unstarted(this::run);
    }

    TaskStatus status() {
      Ending now = ending;
      return new TaskStatus(
          task.id(),
          task.labels(),
          task.capacityClass(),
          now == null ? new Phase.Running() : new Phase.Ended(now),
          asked,
          Optional.of(asked),
          Optional.ofNullable(ended),
          ResourceUse.UNKNOWN);
    }

    private void run() {
      try {
        if (!FleetMember.isWanted(place.database, task.id())) {
          end(new Ending.Exited(0));
          return;
        }
        place.begun.add(task.id());
        place.workersOpen.await();
        if (ending != null) {
          return;
        }
        engine = place.engines.get();
        int slots = Integer.parseInt(task.environment().get("SLOTS"));
        worker =
            engine.worker(
                WorkerOptions.of(task.environment().get("QUEUES").split(","))
                    .withName(task.id().value())
                    .withConcurrency(slots)
                    .withMaxPrefetch(0)
                    .withPollInterval(Duration.ofMillis(50)));
        // First, so that a worker that is seen has said that it is there.
        place.database.useTransaction(handle -> TaskTable.begin(handle, task.id()));
        worker.start();
        place.membersOpen.await();
        if (ending == null) {
          member =
              FleetMember.start(
                  place.database,
                  task.id(),
                  () -> drain(Duration.ofDays(1)),
                  Duration.ofMillis(50));
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } catch (RuntimeException e) {
        end(new Ending.Exited(1));
      }
    }

    void drain(Duration grace) {
      Worker present = worker;
      if (present != null && ending == null) {
        present.drain(grace);
      }
      end(new Ending.Exited(0));
    }

    synchronized void end(Ending how) {
      if (ending == null) {
        ended = Instant.now();
        ending = how;
        if (member != null) {
          member.close();
        }
        Engine present = engine;
        if (present != null && how instanceof Ending.Signaled) {
          Thread.ofVirtual().start(() -> worker.drain(Duration.ZERO));
        }
      }
    }
  }
}
