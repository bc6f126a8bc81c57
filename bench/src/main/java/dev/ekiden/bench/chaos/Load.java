package dev.ekiden.bench.chaos;

import dev.ekiden.engine.ArrayRequest;
import dev.ekiden.engine.BatchItem;
import dev.ekiden.engine.Dependencies;
import dev.ekiden.engine.Dependencies.Condition;
import dev.ekiden.engine.Dependencies.Mode;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobContext;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.engine.Limit;
import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.RetryPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The jobs of a run: what they are, what limits them, and what they do. */
final class Load {
  static final String MIXED = "mixed";
  static final String BATCHES = "batches";
  static final String NARROW = "narrow";
  static final String HEAVY = "heavy";
  static final String LONG = "long";

  /** Queues that every worker process serves. */
  static final List<String> QUEUES = List.of(MIXED, BATCHES, NARROW, HEAVY);

  static final int NARROW_RUNNING = 3;
  static final long HEAVY_MILLI_VCPUS = 4_000;
  static final int FEW_RUNNING = 3;
  static final int EACH_GROUP_RUNNING = 4;
  static final String SMALL_GROUP = "g0";
  static final int SMALL_GROUP_RUNNING = 2;
  static final int KEY_RUNNING = 2;
  static final int PACED_STARTS = 40;
  static final Duration PACED_PERIOD = Duration.ofSeconds(2);

  /** Group that is held and released, and whose epochs advance. */
  static final String HELD_GROUP = "g1";

  private static final int GROUPS = 12;
  private static final double HEAVY_VCPUS = 1.5;
  private static final List<Condition> CONDITIONS = List.of(Condition.values());
  private static final int STEPS = 3;
  private static final int MOST_PARENTS = 3;
  private static final int OLDEST_PARENT = 200;
  private static final int MOST_CHILDREN = 16;
  private static final int MOST_MILLIS_TO_START = 20_000;
  private static final Duration WINDOW = Duration.ofDays(30);
  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofMillis(50), 4, Duration.ofSeconds(5), 0.5, List.of());

  private final Random random;
  private final int keys;
  private final InstantSource clock;
  private long numbers;

  /**
   * @param keys how many SERIAL keys there are; the others have fewer
   * @param clock by which jobs are too late
   */
  Load(long seed, int keys, InstantSource clock) {
    this.clock = clock;
    this.random = new Random(seed);
    this.keys = keys;
  }

  // ---- limits ----

  static void limit(Engine engine) {
    engine.limits().put(Limit.running(new Scope.Queue(NARROW), NARROW_RUNNING));
    engine.limits().put(Limit.vcpus(new Scope.Queue(HEAVY), HEAVY_MILLI_VCPUS / 1_000.0));
    engine.limits().put(Limit.running(new Scope.Definition("few"), FEW_RUNNING));
    engine.limits().put(Limit.running(new Scope.EachGroup(), EACH_GROUP_RUNNING));
    engine.limits().put(Limit.running(new Scope.OfGroup(SMALL_GROUP), SMALL_GROUP_RUNNING));
    engine.limits().put(Limit.rate(new Scope.Definition("paced"), PACED_STARTS, PACED_PERIOD));
    engine.groups().weight("g2", 4);
  }

  // ---- what is asked for ----

  /**
   * The next job of the stream.
   *
   * @param accepted those before it, for which it may wait
   */
  JobRequest next(List<Long> accepted) {
    long number = ++numbers;
    int fails = Math.max(0, random.nextInt(14) - 10);
    long millis = random.nextInt(8) == 0 ? random.nextInt(20) : 0;
    int kind = random.nextInt(1_000);
    int key = random.nextInt(keys);
    Item plain = new Item(number, fails, millis, null, 0);
    JobRequest request;
    if (kind < 200) {
      request = JobRequest.of("single", plain);
    } else if (kind < 240) {
      request = JobRequest.of("effect", plain);
    } else if (kind < 260) {
      request = JobRequest.of("steps", plain);
    } else if (kind < 300) {
      request = JobRequest.of("single", plain);
      Dependencies dependencies = dependencies(accepted);
      request = dependencies == null ? request : request.after(dependencies);
    } else if (kind < 320) {
      Instant before = clock.instant().plusMillis(random.nextInt(MOST_MILLIS_TO_START));
      request = JobRequest.of("single", plain).startBefore(before);
    } else if (kind < 440) {
      request = JobRequest.of("batch", plain);
    } else if (kind < 560) {
      String change = "c" + key % Math.max(1, keys / 3);
      request =
          JobRequest.of("single", new Item(number, fails, millis, change, 0))
              .withKey(Key.coalesce(change));
    } else if (kind < 620) {
      request =
          JobRequest.of("single", plain)
              .withKey(Key.unique("u" + random.nextInt(keys * 20), WINDOW));
    } else if (kind < 740) {
      request = JobRequest.of("single", plain).withKey(Key.serial("s" + key));
    } else if (kind < 760) {
      request = JobRequest.of("single", plain).withKey(Key.serial("h" + key).holdOnFailure());
    } else if (kind < 830) {
      request = JobRequest.of("single", plain).withKey(Key.limit("l" + key % 10, KEY_RUNNING));
    } else if (kind < 930) {
      request = JobRequest.of("single", plain).withGroup("g" + random.nextInt(GROUPS));
    } else if (kind < 950) {
      request = JobRequest.of("few", plain);
    } else if (kind < 970) {
      request = JobRequest.of("narrow", plain).withGroup("g" + random.nextInt(GROUPS));
    } else if (kind < 990) {
      request = JobRequest.of("heavy", plain);
    } else if (kind < 997) {
      request = JobRequest.of("paced", plain);
    } else {
      request = JobRequest.of("hanging", plain);
    }
    if (random.nextInt(12) == 0) {
      request = request.withDelay(Duration.ofMillis(random.nextInt(8_000)));
    }
    return random.nextInt(4) == 0 ? request.withPriority(random.nextInt(10)) : request;
  }

  private @Nullable Dependencies dependencies(List<Long> accepted) {
    Map<Long, Condition> parents = new LinkedHashMap<>();
    int count = 1 + random.nextInt(MOST_PARENTS);
    for (int i = 0; i < count; i++) {
      int back = random.nextInt(OLDEST_PARENT);
      Condition condition =
          random.nextInt(4) > 0
              ? Condition.SUCCESS
              : CONDITIONS.get(random.nextInt(CONDITIONS.size()));
      if (back < accepted.size()) {
        parents.put(accepted.get(accepted.size() - 1 - back), condition);
      }
    }
    Mode mode = random.nextBoolean() ? Mode.ALL : Mode.ANY;
    return parents.isEmpty() ? null : new Dependencies(mode, parents);
  }

  /** The next array job of the stream. */
  ArrayRequest nextArray() {
    int size = 1 + random.nextInt(MOST_CHILDREN);
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      items.add(new Item(++numbers, Math.max(0, random.nextInt(8) - 4), 0, null, 0));
    }
    return ArrayRequest.of(JobRequest.of("single", null), items)
        .tolerating(random.nextInt(size + 1));
  }

  /** A job that holds a key of a worker's own queue until it is interrupted. */
  static JobRequest holder(int worker, int number) {
    String key = "holder " + number;
    return JobRequest.of(holderName(worker), new Item(number, 0, 0, null, 0))
        .withKey(number % 2 == 0 ? Key.serial(key) : Key.limit(key, 1));
  }

  static JobRequest crash() {
    return JobRequest.of("crash", new Item(0, 0, 0, null, 0));
  }

  static JobRequest tick() {
    return JobRequest.of("single", new Item(0, 0, 0, null, 0));
  }

  static JobRequest longOne(int number) {
    return JobRequest.of("long", new Item(number, 0, 0, null, 0));
  }

  /** Name of the definition, and of the queue, whose jobs one worker process holds. */
  static String holderName(int worker) {
    return "holder-" + worker;
  }

  // ---- what they do ----

  /**
   * Definitions to be run.
   *
   * @param database of the engine, for effects that are to commit with the end of their job
   * @param worker number of the process
   * @param letGo when the long jobs may end
   */
  static List<JobDefinition<?>> definitions(
      Marks marks, DataSource database, int worker, CountDownLatch letGo) {
    List<JobDefinition<?>> all = new ArrayList<>();
    for (JobDefinition.Builder<Item> builder : singles()) {
      all.add(builder.handler((item, context) -> run(marks, item, context)));
    }
    all.add(
        define("effect", MIXED)
            .handler((item, context) -> runEffect(marks, database, item, context)));
    all.add(define("steps", MIXED).handler((item, context) -> runSteps(marks, item, context)));
    all.add(
        define("hanging", MIXED)
            .timeout(Duration.ofMillis(100))
            .handler((item, context) -> rest(marks, context, new CountDownLatch(1))));
    all.add(batch().batchHandler(20, items -> runBatch(marks, items)));
    all.add(
        define("crash", MIXED)
            .handler((item, context) -> {
              String call = marks.call();
              marks.write(Act.BEGIN, call, null, List.of(context));
              marks.write(Act.CRASH, call, null, List.of(context));
              Runtime.getRuntime().halt(137);
              return null;
            }));
    all.add(
        define(holderName(worker), holderName(worker))
            .handler((item, context) ->
                context.attempt() > 1
                    ? run(marks, item, context)
                    : rest(marks, context, new CountDownLatch(1))));
    all.add(define("long", LONG).handler((item, context) -> rest(marks, context, letGo)));
    return all;
  }

  /** The same for a process that only enqueues. */
  static List<JobDefinition<?>> known(int workers) {
    List<JobDefinition<?>> all = new ArrayList<>();
    singles().forEach(builder -> all.add(builder.enqueueOnly()));
    all.add(define("effect", MIXED).enqueueOnly());
    all.add(define("steps", MIXED).enqueueOnly());
    all.add(define("hanging", MIXED).timeout(Duration.ofMillis(100)).enqueueOnly());
    all.add(batch().enqueueOnly());
    all.add(define("crash", MIXED).enqueueOnly());
    for (int i = 0; i < workers; i++) {
      all.add(define(holderName(i), holderName(i)).enqueueOnly());
    }
    all.add(define("long", LONG).enqueueOnly());
    return all;
  }

  private static List<JobDefinition.Builder<Item>> singles() {
    return List.of(
        define("single", MIXED),
        define("few", MIXED),
        define("paced", MIXED),
        define("narrow", NARROW),
        define("heavy", HEAVY).vcpus(HEAVY_VCPUS));
  }

  private static JobDefinition.Builder<Item> batch() {
    return define("batch", BATCHES);
  }

  private static JobDefinition.Builder<Item> define(String name, String queue) {
    return JobDefinition.named(name, Item.class).queue(queue).retry(RETRY);
  }

  private static @Nullable Object run(Marks marks, Item item, JobContext context)
      throws InterruptedException {
    String call = marks.call();
    List<JobContext> one = List.of(context);
    marks.write(Act.BEGIN, call, null, one);
    try {
      String change = item.change();
      String seen = change == null ? null : Long.toString(marks.version(change));
      if (item.millis() > 0) {
        Thread.sleep(item.millis());
      }
      if (context.failures() < item.fails()) {
        throw new IllegalStateException("fails " + item.fails() + " times");
      }
      marks.write(Act.DONE, call, seen, one);
      return null;
    } catch (InterruptedException e) {
      marks.write(Act.INTERRUPTED, call, null, one);
      throw e;
    } catch (RuntimeException e) {
      marks.write(Act.FAILED, call, null, one);
      throw e;
    }
  }

  /** Does its work, which is to write down that it did, and completes in one transaction. */
  private static @Nullable Object runEffect(
      Marks marks, DataSource database, Item item, JobContext context)
      throws SQLException, InterruptedException {
    String call = marks.call();
    List<JobContext> one = List.of(context);
    marks.write(Act.BEGIN, call, null, one);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        Marks.writeIn(connection, Act.DONE, call, context);
        if (item.millis() > 0) {
          Thread.sleep(item.millis());
        }
        if (context.failures() < item.fails()) {
          throw new IllegalStateException("fails " + item.fails() + " times");
        }
        context.completeIn(connection);
        if (item.number() % 5 == 0 && context.attempt() == 1) {
          connection.rollback(); // as one that forgets to commit: it has not completed
        } else {
          connection.commit();
        }
        return null;
      } catch (SQLException | InterruptedException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException | RuntimeException e) {
      marks.write(Act.FAILED, call, null, one);
      throw e;
    } catch (InterruptedException e) {
      marks.write(Act.INTERRUPTED, call, null, one);
      throw e;
    }
  }

  /** Goes on after the last step that an earlier attempt has kept. */
  private static @Nullable Object runSteps(Marks marks, Item item, JobContext context) {
    String call = marks.call();
    List<JobContext> one = List.of(context);
    marks.write(Act.BEGIN, call, null, one);
    try {
      int last = context.checkpoint().map(state -> (int) state[0]).orElse(0);
      marks.write(Act.LOADED, call, Integer.toString(last), one);
      for (int step = last + 1; step <= STEPS; step++) {
        context.checkpoint(new byte[] {(byte) step});
        marks.write(Act.SAVED, call + ", step " + step, Integer.toString(step), one);
        if (context.failures() < item.fails()) {
          throw new IllegalStateException("fails " + item.fails() + " times");
        }
      }
      if (context.failures() < item.fails()) {
        throw new IllegalStateException("fails " + item.fails() + " times");
      }
      marks.write(Act.DONE, call, null, one);
      return null;
    } catch (RuntimeException e) {
      marks.write(Act.FAILED, call, null, one);
      throw e;
    }
  }

  /** Waits until it is let go or interrupted. */
  private static @Nullable Object rest(Marks marks, JobContext context, CountDownLatch letGo)
      throws InterruptedException {
    String call = marks.call();
    List<JobContext> one = List.of(context);
    marks.write(Act.BEGIN, call, null, one);
    try {
      letGo.await();
      marks.write(Act.DONE, call, null, one);
      return null;
    } catch (InterruptedException e) {
      marks.write(Act.INTERRUPTED, call, null, one);
      throw e;
    }
  }

  private static void runBatch(Marks marks, List<BatchItem<Item>> items) {
    String call = marks.call();
    marks.write(Act.BEGIN, call, null, items.stream().map(BatchItem::context).toList());
    List<JobContext> done = new ArrayList<>();
    List<JobContext> failed = new ArrayList<>();
    for (BatchItem<Item> item : items) {
      if (item.context().failures() < item.payload().fails()) {
        item.fail(new IllegalStateException("fails"));
        failed.add(item.context());
      } else {
        done.add(item.context());
      }
    }
    marks.write(Act.FAILED, call, null, failed);
    marks.write(Act.DONE, call, null, done);
  }
}
