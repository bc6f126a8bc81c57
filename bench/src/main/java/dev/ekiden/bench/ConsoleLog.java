package dev.ekiden.bench;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.LogLevel;
import dev.ekiden.engine.LogPage;
import dev.ekiden.engine.LogQuery;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a log of a hundred thousand lines, which a job of a worker has logged. */
final class ConsoleLog {
  private static final int LINES = 100_000;
  private static final int RARE = 20_000;
  private static final int PAGE = 1_000;
  private static final int ROUNDS = 200;
  private static final int CONNECTIONS = 4;
  private static final int GOAL_MILLIS = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private record Chatter(int lines) {}

  private ConsoleLog() {}

  static void measure(Lab lab, Figures figures) throws Exception {
    JobDefinition<Chatter> definition =
        JobDefinition.named("chatter", Chatter.class)
            .handler((chatter, context) -> {
              for (int i = 0; i < chatter.lines(); i++) {
                context.log(
                    "%s order %d of plan %d was looked at, and everything is as it should be"
                        .formatted(i % RARE == RARE / 2 ? "ERROR" : "INFO", i, i * 7_919L % 997));
              }
              return null;
            });
    DatabaseAddress address = lab.createDatabase();
    try (Database database = Database.open(address, CONNECTIONS, "bench");
        Engine engine = Engine.on(database.dataSource()).definitions(definition).build()) {
      engine.migrate();
      engine.start();
      engine.worker(WorkerOptions.of(definition.queue())).start();
      long id = engine.enqueue(definition.request(new Chatter(LINES))).id();
      engine.jobs().await(id, PATIENCE);
      queries().forEach((name, query) -> measure(engine, id, name, query, figures));
    }
  }

  private static Map<String, LogQuery> queries() {
    LogQuery page = LogQuery.FIRST.withLimit(PAGE);
    Map<String, LogQuery> queries = new LinkedHashMap<>();
    queries.put("first lines", page);
    queries.put("newest lines", page.withNewestFirst());
    queries.put("lines in the middle", page.withOffset(LINES / 2));
    queries.put("errors", page.withAtLeast(LogLevel.ERROR));
    queries.put("a text in one line", page.withContaining("ORDER 77777 of"));
    queries.put("a text in no line", page.withContaining("nowhere"));
    queries.put("a text in all lines", page.withContaining("everything"));
    return queries;
  }

  private static void measure(
      Engine engine, long id, String name, LogQuery query, Figures figures) {
    List<Long> nanos = new ArrayList<>();
    LogPage page = engine.jobs().logs(id, query);
    for (int i = 0; i < ROUNDS; i++) {
      long begin = System.nanoTime();
      page = engine.jobs().logs(id, query);
      nanos.add(System.nanoTime() - begin);
    }
    figures.add(
        Row.atMost(
            "log, %s: %,d of %,d".formatted(name, page.lines().size(), page.matched()),
            ConsoleCommand.p99(nanos) / 1e6,
            "ms",
            GOAL_MILLIS));
  }
}
