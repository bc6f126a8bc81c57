package dev.ekiden.bench.chaos;

import dev.ekiden.engine.ArrayRequest;
import dev.ekiden.engine.ConflictException;
import dev.ekiden.engine.Dependencies;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Enqueued;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/**
 * Enqueues the jobs of a run, and cancels, redrives and retries some. One thread, so that what it
 * enqueues later has a higher id.
 */
final class Producer {
  private static final int MOST_AT_ONCE = 60;

  private static final String BUMP =
      """
      INSERT INTO public.change (key, version)
      SELECT key, 1 FROM unnest(CAST(:keys AS text[])) AS key
      ON CONFLICT (key) DO UPDATE SET version = change.version + 1
      RETURNING key, version
      """;

  private final Engine proxied;
  private final Engine control;
  private final Database database;
  private final Marks marks;
  private final Load load;
  private final RandomGenerator random;
  private final List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
  private final Set<Long> canceled = new HashSet<>();
  private final Map<Long, Long> versions = new HashMap<>();
  private final Map<Long, Dependencies> dependencies = new HashMap<>();
  private int lostAnswers;

  /**
   * @param proxied the engine that enqueues, whose answers may be lost
   */
  Producer(
      Engine proxied,
      Engine control,
      Database database,
      Marks marks,
      Load load,
      RandomGenerator random) {
    this.proxied = proxied;
    this.control = control;
    this.database = database;
    this.marks = marks;
    this.load = load;
    this.random = random;
  }

  /** Lets so many jobs flow in about that time. */
  void run(int jobs, Duration time) {
    long start = System.nanoTime();
    int done = 0;
    while (done < jobs) {
      int count = Math.min(1 + random.nextInt(MOST_AT_ONCE), jobs - done);
      enqueue(count);
      done += count;
      switch (random.nextInt(12)) {
        case 0, 1 -> cancel();
        case 2 -> retry();
        case 3 -> redrive();
        case 4 -> letKeysGo();
        case 5 -> enqueueArray();
        default -> {}
      }
      long due = start + (long) ((double) time.toNanos() * done / jobs);
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  /** Answers are kept, in order. */
  void accept(List<Long> ids) {
    accepted.addAll(ids);
  }

  Known known() {
    return new Known(
        List.copyOf(accepted),
        Set.copyOf(canceled),
        Map.copyOf(versions),
        Map.copyOf(dependencies));
  }

  /** Enqueues whose answer was lost. */
  int lostAnswers() {
    return lostAnswers;
  }

  /** Lets the SERIAL keys go on that a failure has stopped. */
  void letKeysGo() {
    record Held(String queue, String key) {}
    List<Held> held =
        Persistently.get(() ->
            database.withHandle(handle ->
                handle
                    .createQuery(
                        "SELECT name, key FROM ekiden.held_key"
                            + " JOIN ekiden.queue ON queue.id = queue_id")
                    .map((row, context) -> new Held(row.getString("name"), row.getString("key")))
                    .list()));
    for (Held one : held) {
      marks.write(Act.LETTING_GO, one.key());
      Persistently.run(() -> control.queues().releaseKey(one.queue(), one.key()));
    }
  }

  private void enqueue(int count) {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(load.next(accepted));
    }
    Map<String, Long> bumped = new HashMap<>();
    List<Enqueued> answers;
    try {
      answers =
          proxied.transaction(transaction -> {
            bumped.clear();
            bumped.putAll(bump(transaction.handle(), requests));
            return transaction.enqueue(requests);
          });
    } catch (RuntimeException e) {
      if (!Database.isTransient(e)) {
        throw e;
      }
      // The answer was lost: the jobs may be there or not.
      lostAnswers++;
      return;
    }
    for (int i = 0; i < count; i++) {
      accepted.add(answers.get(i).id());
      if (requests.get(i).key() instanceof Key.Coalesce(String key)) {
        versions.put(answers.get(i).id(), bumped.get(key));
      }
      Dependencies waitsFor = requests.get(i).dependencies();
      if (waitsFor != null) {
        dependencies.put(answers.get(i).id(), waitsFor);
      }
    }
  }

  private void enqueueArray() {
    ArrayRequest request = load.nextArray();
    try {
      accepted.add(proxied.enqueueArray(request).id());
    } catch (RuntimeException e) {
      if (!Database.isTransient(e)) {
        throw e;
      }
      lostAnswers++;
    }
  }

  /** Each COALESCE job tells of a change of its key, which is made in the same transaction. */
  private static Map<String, Long> bump(Handle handle, List<JobRequest> requests) {
    Set<String> keys = new TreeSet<>();
    for (JobRequest request : requests) {
      if (request.key() instanceof Key.Coalesce(String key)) {
        keys.add(key);
      }
    }
    Map<String, Long> versions = new HashMap<>();
    handle
        .createQuery(BUMP)
        .bindArray("keys", String.class, List.copyOf(keys))
        .map((row, context) -> versions.put(row.getString("key"), row.getLong("version")))
        .list();
    return versions;
  }

  private long any() {
    return accepted.get(random.nextInt(accepted.size()));
  }

  private void cancel() {
    // Of the latest, or it has ended already.
    int size = accepted.size();
    if (size == 0) {
      return;
    }
    long id = accepted.get(size - 1 - random.nextInt(Math.min(size, MOST_AT_ONCE)));
    try {
      if (control.jobs().cancel(id)) {
        canceled.add(id);
      }
    } catch (ConflictException e) {
      // It has ended.
    } catch (RuntimeException e) {
      unlessTransient(e);
    }
  }

  private void retry() {
    if (accepted.isEmpty()) {
      return;
    }
    long id = canceled.isEmpty() || random.nextBoolean() ? any() : canceled.iterator().next();
    canceled.remove(id); // whether or not the answer comes
    try {
      control.jobs().retry(id);
    } catch (ConflictException e) {
      // It has not ended, or well.
    } catch (RuntimeException e) {
      unlessTransient(e);
    }
  }

  private void redrive() {
    String queue = random.nextBoolean() ? Load.BATCHES : Load.NARROW;
    try {
      control.jobs().redrive(queue);
    } catch (RuntimeException e) {
      unlessTransient(e);
    }
  }

  private static void unlessTransient(RuntimeException e) {
    if (!Database.isTransient(e)) {
      throw e;
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
  }
}
