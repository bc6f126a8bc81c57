package dev.ekiden.server.api;

import dev.ekiden.engine.Changes;
import dev.ekiden.engine.Changes.JobMarks;
import dev.ekiden.engine.Changes.Look;
import dev.ekiden.engine.Topic;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells subscribers what changed. While there are any, one thread takes one {@link Changes#look} a
 * second for all of them; without any, nothing is done. A look that fails is told by the next one
 * that does not. Thread-safe.
 */
final class ChangeFeed {
  /** Most subscriptions at a time. */
  static final int MAX_SUBSCRIPTIONS = 100;

  /** How soon a client that was refused may try again. */
  private static final int RETRY_SECONDS = 10;

  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);

  private final Function<Set<Long>, Look> looks;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private boolean looking; // guarded by lock

  ChangeFeed(Changes changes) {
    this(changes::look);
  }

  ChangeFeed(Function<Set<Long>, Look> looks) {
    this.looks = looks;
  }

  /** What a subscriber is told next. */
  record News(boolean first, List<String> topics) {}

  /** One who is told. */
  final class Subscription implements AutoCloseable {
    private final @Nullable Long job;
    private final Condition told = lock.newCondition();
    private final Set<String> topics = new LinkedHashSet<>(); // guarded by lock
    private @Nullable Look seen; // guarded by lock
    private boolean greeted; // guarded by lock

    private Subscription(@Nullable Long job) {
      this.job = job;
    }

    /**
     * Waits for news, for so long at most; null if there were none. The first ones say only that
     * every change from then on is told.
     */
    @Nullable News next(Duration atMost) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long nanos = atMost.toNanos();
        while (seen == null || (greeted && topics.isEmpty())) {
          if (nanos <= 0) {
            return null;
          }
          nanos = told.awaitNanos(nanos);
        }
        News news = new News(!greeted, List.copyOf(topics));
        greeted = true;
        topics.clear();
        return news;
      } finally {
        lock.unlock();
      }
    }

    private void tell(Look look) {
      Look before = seen;
      if (before != null) {
        look.since(before).stream().map(ChangeFeed::wire).forEach(topics::add);
      }
      if (job != null && before != null) {
        JobMarks now = look.job(job);
        JobMarks then = before.job(job);
        if (now != null && then != null) {
          if (!now.state().equals(then.state())) {
            topics.add("job");
          }
          if (!now.log().equals(then.log())) {
            topics.add("log");
          }
        }
      }
      // One who came while the look was taken begins with the next.
      if (job == null || look.job(job) != null) {
        seen = look;
      }
      told.signalAll();
    }

    @Override
    public void close() {
      subscriptions.remove(this);
    }
  }

  /**
   * Begins to tell.
   *
   * @param job one whose state and log lines are told too, or null
   * @throws ProblemException when there are {@value #MAX_SUBSCRIPTIONS} already
   */
  Subscription subscribe(@Nullable Long job) {
    lock.lock();
    try {
      if (subscriptions.size() >= MAX_SUBSCRIPTIONS) {
        throw new ProblemException(
            Problem.of(
                    503,
                    "too-many-streams",
                    "%d streams of events are open, which is as many as may be"
                        .formatted(MAX_SUBSCRIPTIONS))
                .withRetryAfter(RETRY_SECONDS));
      }
      Subscription subscription = new Subscription(job);
      subscriptions.add(subscription);
      if (!looking) {
        looking = true;
        Thread.ofVirtual().name("ekiden-changes").start(this::look);
      }
      return subscription;
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    long next = System.nanoTime();
    while (true) {
      List<Subscription> present;
      lock.lock();
      try {
        if (subscriptions.isEmpty()) {
          looking = false;
          return;
        }
        present = List.copyOf(subscriptions);
      } finally {
        lock.unlock();
      }
      tell(present);
      next = Math.max(next + PERIOD.toNanos(), System.nanoTime());
      try {
        TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }
  }

  private void tell(List<Subscription> present) {
    Set<Long> jobs = new HashSet<>();
    for (Subscription subscription : present) {
      if (subscription.job != null) {
        jobs.add(subscription.job);
      }
    }
    Look look;
    try {
      look = looks.apply(jobs);
    } catch (RuntimeException e) {
      log.debug("Nobody was told what changed; the next look tells it", e);
      return;
    }
    lock.lock();
    try {
      present.forEach(subscription -> subscription.tell(look));
    } finally {
      lock.unlock();
    }
  }

  private static String wire(Topic topic) {
    return topic.name().toLowerCase(Locale.ROOT);
  }
}
