package dev.ekiden.engine;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.Listener;
import dev.ekiden.postgres.Notifications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells workers that something happened: those of this process at once, those of others by NOTIFY.
 * What is told may be lost with the process that tells it, so everybody also polls. Thread-safe.
 */
final class WakeUps implements AutoCloseable {
  /** Who hears. Called on the teller's thread or the listener's; must return at once. */
  interface Subscriber {
    /** Jobs may be ready in any queue, or in this one. */
    void jobsReady(@Nullable Short queueId);

    /** Somebody asked to stop a job that this worker may have. */
    void stopAsked(long workerId);

    /** No job of this queue should start any more. */
    void queuePaused(short queueId);

    /** No job of this group should start any more. */
    void groupHeld(long groupId);
  }

  static final String CHANNEL = "ekiden";

  /** In place of a queue: jobs may be ready anywhere. */
  static final short EVERY_QUEUE = 0;

  /** NOTIFY takes a lock of the whole database at commit, so many wake-ups share one. */
  private static final Duration DEBOUNCE = Duration.ofMillis(5);

  /** A queue of which nothing was told for so long is told of at once. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final Duration IDLE = Duration.ofHours(1);
  private static final Logger LOG = LoggerFactory.getLogger(WakeUps.class);

  private static final String NOTIFY =
      "SELECT pg_notify('ekiden', message) FROM unnest(CAST(:messages AS text[])) AS message";

  private final Database database;
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final Set<String> pending = new LinkedHashSet<>(); // guarded by itself
  private final Map<Short, Long> toldNanos = new ConcurrentHashMap<>();
  private volatile @Nullable Agent sender;
  private volatile @Nullable Listener listener;

  WakeUps(Database database) {
    this.database = database;
  }

  void start() {
    sender = Agent.start("wake-up sender", this::send);
    listener =
        Listener.start(
            database,
            Set.of(CHANNEL),
            new Notifications() {
              @Override
              public void received(String channel, String payload) {
                dispatch(payload);
              }

              @Override
              public void connected() {
                subscribers.forEach(subscriber -> subscriber.jobsReady(null));
              }
            });
  }

  void subscribe(Subscriber subscriber) {
    subscribers.add(subscriber);
  }

  void unsubscribe(Subscriber subscriber) {
    subscribers.remove(subscriber);
  }

  /** To be called after the commit that made the jobs ready. */
  void jobsReady(Collection<Short> queueIds) {
    if (!queueIds.isEmpty()) {
      tell(queueIds.stream().map(WakeUps::ready).distinct().toList());
    }
  }

  /** The same, where the commit itself has told other processes of some of the queues. */
  void jobsReady(Collection<Short> queueIds, Collection<Short> told) {
    queueIds.stream().filter(told::contains).forEach(queueId -> dispatch(ready(queueId)));
    jobsReady(queueIds.stream().filter(queueId -> !told.contains(queueId)).toList());
  }

  /**
   * Takes part in a transaction that makes jobs ready: where nothing was told of a queue for a
   * while, PostgreSQL tells of it at the commit itself, which is the soonest. Answers those queues;
   * {@link #jobsReady(Collection, Collection)} is to be called after the commit.
   */
  Set<Short> jobsReadySoon(Handle handle, Collection<Short> queueIds) {
    long now = System.nanoTime();
    Set<Short> quiet = new HashSet<>();
    for (short queueId : queueIds) {
      Long last = toldNanos.get(queueId);
      if (last == null || now - last > QUIET_NANOS) {
        toldNanos.put(queueId, now);
        quiet.add(queueId);
      }
    }
    if (!quiet.isEmpty()) {
      jobsReady(handle, quiet);
    }
    return quiet;
  }

  /** Part of the caller's own transaction: PostgreSQL delivers it at the commit, once a queue. */
  void jobsReady(Handle handle, Collection<Short> queueIds) {
    notify(handle, queueIds.stream().map(WakeUps::ready).distinct().toList());
  }

  void stopAsked(long workerId) {
    tell(List.of("stop " + workerId));
  }

  void queuePaused(short queueId) {
    tell(List.of("pause " + queueId));
  }

  void groupHeld(long groupId) {
    tell(List.of("hold " + groupId));
  }

  private static String ready(short queueId) {
    return "ready " + queueId;
  }

  private void tell(List<String> messages) {
    messages.forEach(this::dispatch);
    Agent agent = sender;
    if (agent == null) {
      notifyNow(messages);
      return;
    }
    synchronized (pending) {
      pending.addAll(messages);
    }
    agent.wake();
  }

  /** What is told has happened and is committed: that nobody hears of it is no failure of it. */
  private void notifyNow(List<String> messages) {
    try {
      database.useTransaction(handle -> notify(handle, messages));
    } catch (RuntimeException e) {
      LOG.debug("Nobody was told {}; workers find it when they look next", messages, e);
    }
  }

  private void dispatch(String message) {
    int space = message.indexOf(' ');
    try {
      String what = message.substring(0, Math.max(0, space));
      long id = Long.parseLong(message.substring(space + 1));
      for (Subscriber subscriber : subscribers) {
        switch (what) {
          case "ready" -> subscriber.jobsReady(id == EVERY_QUEUE ? null : (short) id);
          case "stop" -> subscriber.stopAsked(id);
          case "pause" -> subscriber.queuePaused((short) id);
          case "hold" -> subscriber.groupHeld(id);
          default -> LOG.debug("Unknown wake-up '{}'", message);
        }
      }
    } catch (NumberFormatException e) {
      LOG.debug("Unknown wake-up '{}'", message);
    }
  }

  private Duration send() throws InterruptedException {
    List<String> messages;
    synchronized (pending) {
      messages = new ArrayList<>(pending);
      pending.clear();
    }
    if (messages.isEmpty()) {
      return IDLE;
    }
    try {
      database.useTransaction(handle -> notify(handle, messages));
    } catch (RuntimeException e) {
      synchronized (pending) {
        pending.addAll(messages);
      }
      throw e;
    }
    Thread.sleep(DEBOUNCE);
    return Duration.ZERO;
  }

  private static void notify(Handle handle, List<String> messages) {
    handle
        .createQuery(NOTIFY)
        .bindArray("messages", String.class, messages)
        .mapTo(String.class)
        .list();
  }

  @Override
  public void close() {
    Listener open = listener;
    if (open != null) {
      open.close();
    }
    Agent agent = sender;
    if (agent != null) {
      agent.close();
    }
  }
}
