package dev.ekiden.fleet.control;

import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Launches tasks beside the turns of the {@link FleetController}: while an image is pulled, or a
 * cluster takes its time, the controller goes on. The tasks of a fleet are launched one after the
 * other, in the order they were asked for; fleets do not wait for each other. As many may wait as
 * there are rows of tasks that are not launched, which the most workers of each fleet bounds.
 *
 * <p>A task is <b>under way</b> from its order until the controller takes the outcome. Meanwhile it
 * is not launched again, and that its launcher does not tell of it means nothing. What may happen
 * in between, each forced by a test:
 *
 * <ul>
 *   <li><b>A launcher that takes longer than the fleet's start timeout.</b> The task counts as a
 *       failed placement, another class may stand in; launched after all, it is stopped as a task
 *       whose row is over, and its worker ends before it claims.
 *   <li><b>Not wanted any more.</b> One that still waits is never launched; one that is being
 *       launched ends as above.
 *   <li><b>The leadership is lost.</b> What waits is dropped: whoever leads launches it. What is
 *       being launched just then is launched by both, under one id, and so once.
 *   <li><b>It comes back to the same process.</b> Outcomes of the reign before are not believed: a
 *       launch that failed here may have been made up for by the leader in between. What was
 *       launched is found with its launcher.
 *   <li><b>The process is killed.</b> Intents are rows: the next leader finds the task, or launches
 *       it.
 * </ul>
 *
 * <p>Thread-safe.
 */
final class Launches {
  private static final Logger LOG = LoggerFactory.getLogger(Launches.class);

  /**
   * What became of launches.
   *
   * @param failures why, by task
   */
  record Outcomes(List<TaskId> launched, Map<TaskId, String> failures) {
    boolean isNothing() {
      return launched.isEmpty() && failures.isEmpty();
    }
  }

  private record Lane(String place, String fleet) {}

  private record Order(long reign, FleetTask task, Located located, Task program) {}

  private final Executor threads;
  private final Runnable news;

  // ---- guarded by this ----

  /** Orders that wait; a lane is there as long as a thread works on it. */
  private final Map<Lane, Deque<Order>> lanes = new HashMap<>();

  private final Set<TaskId> underWay = new HashSet<>();
  private List<TaskId> launched = new ArrayList<>();
  private Map<TaskId, String> failures = new LinkedHashMap<>();

  /** Rises with each leadership. */
  private long reign;

  /**
   * None yet.
   *
   * @param threads run each lane
   * @param news told that there is an outcome to be taken; must not block
   */
  Launches(Executor threads, Runnable news) {
    this.threads = threads;
    this.news = news;
  }

  /** Launches a task soon, unless it is under way. */
  void order(FleetTask task, Located located, Task program) {
    Lane lane = new Lane(task.place(), task.fleet());
    synchronized (this) {
      if (!underWay.add(task.id())) {
        return;
      }
      Order order = new Order(reign, task, located, program);
      Deque<Order> queue = lanes.get(lane);
      if (queue != null) {
        queue.add(order);
        return;
      }
      lanes.put(lane, new ArrayDeque<>(List.of(order)));
    }
    threads.execute(() -> work(lane));
  }

  /** Tasks that were ordered, and whose outcome was not taken. */
  synchronized Set<TaskId> underWay() {
    return Set.copyOf(underWay);
  }

  /** Notes that a task could not be ordered at all. */
  synchronized void failed(TaskId id, String reason) {
    failures.put(id, reason);
  }

  /** What became of launches since this was asked before. */
  synchronized Outcomes take() {
    Outcomes taken = new Outcomes(launched, failures);
    launched = new ArrayList<>();
    failures = new LinkedHashMap<>();
    underWay.removeAll(taken.launched());
    underWay.removeAll(taken.failures().keySet());
    return taken;
  }

  /** Does not launch a task that still waits. */
  synchronized void cancel(TaskId id) {
    for (Deque<Order> queue : lanes.values()) {
      if (queue.removeIf(order -> order.task().id().equals(id))) {
        underWay.remove(id);
      }
    }
  }

  /** Drops what waits, and what will become of the rest: another leads, or did. */
  synchronized void forget() {
    reign++;
    lanes.values().forEach(Deque::clear);
    underWay.clear();
    launched.clear();
    failures.clear();
  }

  /** Drops what waits; waits for what is being launched, so that nothing is left half made. */
  synchronized void close(Duration most) throws InterruptedException {
    forget();
    long until = System.nanoTime() + most.toNanos();
    while (!lanes.isEmpty()) {
      long millis = (until - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        LOG.info("A launcher has not answered; who leads next sees what became of its task");
        return;
      }
      wait(millis);
    }
  }

  private void work(Lane lane) {
    Order order = next(lane);
    try {
      while (order != null) {
        end(order, launch(order));
        news.run();
        order = next(lane);
      }
    } finally {
      if (order != null) {
        abandon(lane, order);
      }
    }
  }

  /** An error of the virtual machine ended the thread: the next turn orders anew. */
  private synchronized void abandon(Lane lane, Order last) {
    Deque<Order> queue = lanes.remove(lane);
    if (last.reign() == reign && queue != null) {
      underWay.remove(last.task().id());
      queue.forEach(order -> underWay.remove(order.task().id()));
    }
    notifyAll();
  }

  private synchronized @Nullable Order next(Lane lane) {
    Deque<Order> queue = lanes.get(lane);
    Order next = queue == null ? null : queue.poll();
    if (next == null) {
      lanes.remove(lane);
      notifyAll();
    }
    return next;
  }

  /** Why it failed; null if it did not. */
  private static @Nullable String launch(Order order) {
    FleetTask task = order.task();
    try {
      order.located().launcher().launch(order.program());
      LOG.info("Fleet {} starts worker {} ({})", task.fleet(), task.id(), task.capacityClass());
      return null;
    } catch (RuntimeException e) {
      LOG.warn("Fleet {} cannot start worker {}: {}", task.fleet(), task.id(), e.toString());
      return e.getMessage() == null ? e.toString() : e.getMessage();
    }
  }

  private synchronized void end(Order order, @Nullable String failure) {
    if (order.reign() != reign) {
      return;
    }
    if (failure == null) {
      launched.add(order.task().id());
    } else {
      failures.put(order.task().id(), failure);
    }
  }
}
