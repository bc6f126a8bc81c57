package dev.ekiden.app.console;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.HistoryPoint;
import dev.ekiden.engine.Limit;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.engine.store.HistoryTable;
import dev.ekiden.postgres.Database;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Lets the shop work through an hour in a few minutes, for the pictures: the engine's clock jumps
 * from minute to minute, everything else is as it always is.
 */
final class ShopHour {
  private static final int MINUTES = 62;
  private static final int IMAGES_A_MINUTE = 16;

  // Images wait for their limit.
  private static final String IDLE =
      """
      SELECT NOT EXISTS (SELECT FROM ekiden.running) AND NOT EXISTS (
        SELECT
        FROM ekiden.ready
        JOIN ekiden.queue ON queue.id = ready.queue_id
        WHERE queue.name <> 'media')
      """;

  private final Engine engine;
  private final Database database;
  private final Shop shop;
  private final Random random = new Random(7);

  ShopHour(Engine engine, Database database, Shop shop) {
    this.engine = engine;
    this.database = database;
    this.shop = shop;
  }

  /** Ends at the present. */
  void play() {
    engine
        .limits()
        .put(Limit.rate(new Limit.Scope.Queue("media"), IMAGES_A_MINUTE, Duration.ofMinutes(1)));
    Instant end = Instant.now().plus(Duration.ofMinutes(2));
    Instant start = end.minus(Duration.ofMinutes(MINUTES));
    engine.clock().set(start);
    shop.plan(engine);
    for (int minute = 0; minute < MINUTES; minute++) {
      engine.clock().set(start.plus(Duration.ofMinutes(minute)));
      long before = enqueued(start);
      int jobs = work(minute);
      // Counts are stored every two seconds, and belong to the minute of then.
      TestEngine.awaitUntil("a minute is counted", () -> enqueued(start) >= before + jobs);
      // What runs while the clock jumps would have run for a minute.
      TestEngine.awaitUntil("a minute's work is done", this::isIdle);
      database.useTransaction(handle -> HistoryTable.sample(handle, DepthTable.queues(handle)));
    }
    engine.clock().reset();
  }

  private boolean isIdle() {
    return database.withHandle(handle -> handle.createQuery(IDLE).mapTo(Boolean.class).one());
  }

  private int work(int minute) {
    double wave = 1 + 0.6 * Math.sin(minute / 7.0);
    int mails = (int) (18 * wave) + random.nextInt(5);
    int images = 9 + random.nextInt(4) + (minute == 21 ? 110 : 0);
    int searches = 4 + random.nextInt(4);
    int wrong = minute > 40 && minute < 47 ? 4 : random.nextInt(3) / 2;
    shop.mails(engine, mails, wrong);
    shop.images(engine, images);
    shop.searches(engine, searches);
    return mails + wrong + images + searches;
  }

  private long enqueued(Instant since) {
    return engine
        .history()
        .read(since.minus(Duration.ofMinutes(1)), Instant.now().plus(Duration.ofMinutes(3)), null)
        .queues()
        .values()
        .stream()
        .flatMap(List::stream)
        .mapToLong(HistoryPoint::enqueued)
        .sum();
  }
}
