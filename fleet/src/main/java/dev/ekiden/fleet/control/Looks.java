package dev.ekiden.fleet.control;

import dev.ekiden.fleet.control.Launchers.Located;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks launchers for their tasks, one question at a time each. A turn waits {@link #WAIT} for what
 * it asked; an answer that comes later is that of a later turn. Such an answer is old: a task whose
 * launch was under way at any time since it was asked for may be missing in it, which means
 * nothing. Used by the thread of the controller.
 */
final class Looks {
  /** How long a turn waits for an answer. */
  static final Duration WAIT = Duration.ofMillis(500);

  /** A launcher that has not answered for so long is told about. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Looks.class);

  private record Look(
      long begunNanos, CompletableFuture<Map<TaskId, TaskStatus>> answer, Set<TaskId> unsure) {}

  private final Launchers launchers;
  private final Executor threads;
  private final Runnable news;
  private final Map<String, Look> begun = new HashMap<>();

  /** Places of launchers that do not answer: that is told once. */
  private final Set<String> silent = new HashSet<>();

  /**
   * None yet.
   *
   * @param threads run each question
   * @param news told that a launcher has answered late; must not block
   */
  Looks(Launchers launchers, Executor threads, Runnable news) {
    this.launchers = launchers;
    this.threads = threads;
    this.news = news;
  }

  /**
   * What launchers told.
   *
   * @param tasks of fleets, by place; one that did not answer is missing
   * @param unsure tasks that may be there although they are not told of
   */
  record Seen(Map<String, Map<TaskId, TaskStatus>> tasks, Set<TaskId> unsure) {}

  /** Must be told of launches before their outcomes are noted. */
  void underWay(Set<TaskId> tasks) {
    begun.values().forEach(look -> look.unsure().addAll(tasks));
  }

  /**
   * Looks.
   *
   * @param underWay tasks that are being launched
   */
  Seen look(Set<TaskId> underWay) {
    long until = System.nanoTime() + WAIT.toNanos();
    Set<String> fresh = new HashSet<>();
    for (Located located : launchers.located().values()) {
      if (!begun.containsKey(located.place())) {
        begun.put(located.place(), begin(located, underWay));
        fresh.add(located.place());
      }
    }
    Seen seen = new Seen(new HashMap<>(), new HashSet<>(underWay));
    for (Located located : launchers.located().values()) {
      String place = located.place();
      Look look = begun.get(place);
      if (look != null) {
        // One that was too slow for an earlier turn is not waited for again.
        boolean first = fresh.contains(place);
        read(located, look, first ? Math.max(0, until - System.nanoTime()) : 0, seen);
        if (first && begun.containsKey(place)) {
          var _ = look.answer().whenComplete((answer, failure) -> news.run());
        }
      }
    }
    return seen;
  }

  /** Forgets questions that were not answered: another leader may have come in between. */
  void forget() {
    begun.clear();
  }

  private Look begin(Located located, Set<TaskId> underWay) {
    CompletableFuture<Map<TaskId, TaskStatus>> answer = new CompletableFuture<>();
    threads.execute(() -> {
      try {
        answer.complete(tasks(located));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return new Look(System.nanoTime(), answer, new HashSet<>(underWay));
  }

  private static Map<TaskId, TaskStatus> tasks(Located located) {
    Map<TaskId, TaskStatus> tasks = new LinkedHashMap<>();
    for (TaskStatus status : located.launcher().list()) {
      if (status.labels().containsKey(WorkerProgram.FLEET_LABEL)) {
        tasks.put(status.id(), status);
      }
    }
    return tasks;
  }

  private void read(Located located, Look look, long waitNanos, Seen seen) {
    String place = located.place();
    try {
      seen.tasks().put(place, look.answer().get(waitNanos, TimeUnit.NANOSECONDS));
      seen.unsure().addAll(look.unsure());
      begun.remove(place);
      if (silent.remove(place)) {
        LOG.info("The launcher {} answers again", located.launcher().name());
      }
    } catch (TimeoutException e) {
      if (System.nanoTime() - look.begunNanos() > SILENCE.toNanos()) {
        silent(located, "it has not said anything for " + SILENCE.toSeconds() + " s");
      }
    } catch (ExecutionException e) {
      begun.remove(place);
      silent(located, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void silent(Located located, String why) {
    if (silent.add(located.place())) {
      LOG.warn(
          "The launcher {} does not answer; its tasks are left alone: {}",
          located.launcher().name(),
          why);
    }
  }
}
