package dev.ekiden.bench.chaos;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Worker;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.engine.WorkerOptions.Share;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A worker process: run by {@link WorkerSlot}, told what to do on its standard input. */
public final class ChaosWorker {
  /** Variable that holds the password of the database. */
  static final String PASSWORD = "EKIDEN_CHAOS_PASSWORD";

  static final String READY = "ready";

  /** Command with a number of milliseconds: hold all connections of the pool for so long. */
  static final String EXHAUST = "exhaust";

  /** Command: let the long jobs end. */
  static final String LET_GO = "let go";

  private static final int CONNECTIONS = 6;
  private static final Duration DRAIN = Duration.ofMillis(200);

  private ChaosWorker() {}

  /**
   * Runs until it is ended.
   *
   * @param arguments the database's URL by the proxy and without it, the user, the lease in
   *     milliseconds, the name and the number of the process, how many handlers run at once, and
   *     whether it runs the long jobs instead of all others
   */
  public static void main(String[] arguments) throws IOException {
    String password = System.getenv(PASSWORD);
    DatabaseAddress proxied = new DatabaseAddress(arguments[0], arguments[2], password);
    DatabaseAddress direct = new DatabaseAddress(arguments[1], arguments[2], password);
    Duration lease = Duration.ofMillis(Long.parseLong(arguments[3]));
    String name = arguments[4];
    int number = Integer.parseInt(arguments[5]);
    int concurrency = Integer.parseInt(arguments[6]);
    boolean longJobs = Boolean.parseBoolean(arguments[7]);
    CountDownLatch letGo = new CountDownLatch(1);
    Marks marks = Marks.open(direct, name);
    Database database = persistently(() -> Database.open(proxied, CONNECTIONS, name));
    Engine engine =
        persistently(() -> {
          Engine built =
              Engine.on(database.dataSource())
                  .definitions(Load.definitions(marks, database.dataSource(), number, letGo))
                  .lease(lease)
                  .name(name)
                  .build();
          try {
            built.start();
            return built;
          } catch (RuntimeException e) {
            built.close();
            throw e;
          }
        });
    Share[] shares =
        longJobs
            ? new Share[] {new Share(Load.LONG, 1)}
            : Stream.concat(Load.QUEUES.stream(), Stream.of(Load.holderName(number)))
                .map(queue -> new Share(queue, 1))
                .toArray(Share[]::new);
    Worker worker =
        persistently(() ->
            engine.worker(
                WorkerOptions.weighted(shares).withName(name).withConcurrency(concurrency)));
    persistently(() -> {
      worker.start();
      return worker;
    });
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  worker.drain(DRAIN);
                  engine.close();
                }));
    System.out.println(READY);
    System.out.flush();
    obey(database, letGo);
  }

  private interface Opening<T> {
    T open();
  }

  private static <T> T persistently(Opening<T> opening) {
    while (true) {
      try {
        return opening.open();
      } catch (RuntimeException e) {
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      }
    }
  }

  private static void obey(Database database, CountDownLatch letGo) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      if (line.equals(LET_GO)) {
        letGo.countDown();
      } else if (line.startsWith(EXHAUST)) {
        exhaust(database, Long.parseLong(line.substring(EXHAUST.length()).strip()));
      }
    }
    // Who started it has gone.
    System.exit(0);
  }

  private static void exhaust(Database database, long millis) {
    List<Connection> held = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS - 1; i++) { // one is the listener's for good
        held.add(database.dataSource().getConnection());
      }
      LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    } catch (SQLException e) {
      // Others are faster; what was got is given back.
    } finally {
      for (Connection connection : held) {
        try {
          connection.close();
        } catch (SQLException e) {
          // It is broken: the pool sees that, too.
        }
      }
    }
  }
}
