package dev.ekiden.bench;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobFilter;
import dev.ekiden.engine.JobState;
import dev.ekiden.engine.Page;
import dev.ekiden.engine.QueueHead;
import dev.ekiden.engine.store.DepthTable;
import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import dev.ekiden.server.DemoResult.Row;
import dev.ekiden.server.cli.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./ekiden bench console}. */
@Command(
    name = "console",
    description = "Measures what the console and its API read, with millions of jobs there.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./ekiden bench console",
      "  ./ekiden bench console --jobs 1000000 --json result.json"
    })
final class ConsoleCommand implements Callable<Integer> {
  private static final int GOAL_MILLIS = 200;
  private static final int PAGE = 50;
  private static final int CONNECTIONS = 4;
  private static final int NOTES = 10_000;
  private static final int LEAST_JOBS = 10_000;

  @Option(
      names = "--jobs",
      paramLabel = "COUNT",
      defaultValue = "10000000",
      description = "Jobs there are, a tenth of them live (default: ${DEFAULT-VALUE}).")
  private int jobs;

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      defaultValue = "50",
      description =
          "Each filter is asked so often for its first page and for one in the middle; the 99th"
              + " percentile is told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to a file too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    if (jobs < LEAST_JOBS) {
      throw new IllegalArgumentException(
          "--jobs must be at least %d, not %d".formatted(LEAST_JOBS, jobs));
    }
    Terminal terminal = Terminal.ofProcess();
    Figures figures = new Figures();
    try (Lab lab = Lab.open(terminal)) {
      lab.printSettings();
      DatabaseAddress address = lab.createDatabase();
      try (Database database = Database.open(address, CONNECTIONS, "bench");
          Engine engine =
              Engine.on(database.dataSource()).definitions(ConsoleRows.definitions()).build()) {
        engine.migrate();
        ConsoleRows.fill(lab, address, engine, jobs);
        // As the leader does every second.
        while (database.inTransaction(handle -> DepthTable.addUp(handle, NOTES)) == NOTES) {}
        measure(engine, figures);
      }
      ConsoleLog.measure(lab, figures);
    }
    figures.table().lines().forEach(terminal.out()::println);
    terminal.out().flush();
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  private void measure(Engine engine, Figures figures) {
    String middle = engine.jobs().list(JobFilter.ALL.withIds(1, jobs / 2), null, 1).next();
    List<Long> all = new ArrayList<>();
    filters()
        .forEach((name, filter) -> {
          List<Long> nanos = new ArrayList<>();
          for (int i = 0; i < rounds; i++) {
            list(engine, filter, null, nanos);
            list(engine, filter, middle, nanos);
          }
          String cursor = null;
          int pages = 0;
          int found = 0;
          // To its first full page, or its end.
          do {
            Page<Job> page = list(engine, filter, cursor, nanos);
            cursor = page.next();
            found += page.items().size();
            pages++;
          } while (cursor != null && found < PAGE);
          figures.add(
              Row.atMost(
                  "%s: %s%s"
                      .formatted(
                          name,
                          found >= PAGE ? "a page" : found + " jobs",
                          pages == 1 ? "" : " in " + pages + " answers"),
                  p99(nanos) / 1e6,
                  "ms",
                  GOAL_MILLIS));
          all.addAll(nanos);
        });
    figures.add(
        Row.atMost(
            "all %,d answers, p99".formatted(all.size()), p99(all) / 1e6, "ms", GOAL_MILLIS));
    figures.add(Row.of("the slowest of them", Collections.max(all) / 1e6, "ms"));
    figures.add(
        Row.of("a look for changes", worst(() -> engine.changes().look(List.of(1L))) / 1e6, "ms"));
    figures.add(Row.of("all queues", worst(() -> engine.queues().list()) / 1e6, "ms"));
    figures.add(Row.of("overview", worst(engine::overview) / 1e6, "ms"));
    figures.add(
        Row.of(
            "head of the largest queue",
            worst(() -> engine.queues().head(ConsoleRows.queue(0), QueueHead.MAX_JOBS)) / 1e6,
            "ms"));
  }

  static long p99(List<Long> nanos) {
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
  }

  private static Page<Job> list(
      Engine engine, JobFilter filter, @Nullable String cursor, List<Long> nanos) {
    long begin = System.nanoTime();
    Page<Job> page = engine.jobs().list(filter, cursor, PAGE);
    nanos.add(System.nanoTime() - begin);
    return page;
  }

  private long worst(Runnable work) {
    work.run();
    long worst = 0;
    for (int i = 0; i < rounds; i++) {
      long begin = System.nanoTime();
      work.run();
      worst = Math.max(worst, System.nanoTime() - begin);
    }
    return worst;
  }

  private static Map<String, JobFilter> filters() {
    JobFilter all = JobFilter.ALL;
    Instant now = Instant.now();
    Map<String, JobFilter> filters = new LinkedHashMap<>();
    filters.put("no filter", all);
    for (JobState state : JobState.values()) {
      filters.put("state " + state, all.withStates(state));
    }
    filters.put("state FAILED or RUNNING", all.withStates(JobState.FAILED, JobState.RUNNING));
    filters.put("queue, the largest", all.withQueue(ConsoleRows.queue(0)));
    filters.put("queue, rare", all.withQueue("rare"));
    filters.put("queue, one old job", all.withQueue("once"));
    filters.put("queue, empty", all.withQueue("unused"));
    filters.put("definition, the largest", all.withDefinition("d0"));
    filters.put("definition, rare", all.withDefinition("d1001"));
    filters.put("definition, one old job", all.withDefinition("d1000"));
    filters.put("definition, unknown", all.withDefinition("nobody"));
    filters.put("group, the largest", all.withGroup("tenant-0"));
    filters.put("group, small", all.withGroup("tenant-998"));
    filters.put("group, unknown", all.withGroup("nobody"));
    filters.put("key, three jobs", all.withKey("order-7"));
    filters.put("key, unknown", all.withKey("nobody"));
    filters.put("parent", all.withParent(1_000));
    filters.put("parent, unknown", all.withParent(999));
    filters.put("time, last hour", all.withCreated(now.minus(Duration.ofHours(1)), null));
    filters.put("time, before 29 days ago", all.withCreated(null, now.minus(Duration.ofDays(29))));
    filters.put(
        "time, an hour 15 days ago",
        all.withCreated(
            now.minus(Duration.ofDays(15)), now.minus(Duration.ofDays(15)).plusSeconds(3600)));
    filters.put("time, before all", all.withCreated(null, now.minus(Duration.ofDays(60))));
    filters.put("rare definition, FAILED", rare(all).withStates(JobState.FAILED));
    filters.put("rare definition, CANCELED", rare(all).withStates(JobState.CANCELED));
    filters.put("rare definition, SCHEDULED", rare(all).withStates(JobState.SCHEDULED));
    filters.put("rare definition, BLOCKED", rare(all).withStates(JobState.BLOCKED));
    filters.put("rare definition, READY", rare(all).withStates(JobState.READY));
    filters.put("rare definition, large group", rare(all).withGroup("tenant-0"));
    filters.put(
        "rare definition, before 29 days ago",
        rare(all).withCreated(null, now.minus(Duration.ofDays(29))));
    filters.put(
        "one old job's definition, READY", all.withDefinition("d1000").withStates(JobState.READY));
    filters.put(
        "one old job's definition, SCHEDULED",
        all.withDefinition("d1000").withStates(JobState.SCHEDULED));
    filters.put(
        "large queue, CANCELED", all.withQueue(ConsoleRows.queue(0)).withStates(JobState.CANCELED));
    filters.put(
        "large queue and group, FAILED",
        all.withQueue(ConsoleRows.queue(0)).withGroup("tenant-0").withStates(JobState.FAILED));
    filters.put("large group, CANCELED", all.withGroup("tenant-0").withStates(JobState.CANCELED));
    filters.put("large group, RUNNING", all.withGroup("tenant-0").withStates(JobState.RUNNING));
    filters.put("large group, old job's queue", all.withGroup("tenant-0").withQueue("once"));
    filters.put("key and another queue", all.withKey("order-7").withQueue("unused"));
    return filters;
  }

  private static JobFilter rare(JobFilter filter) {
    return filter.withDefinition("d1001");
  }
}
