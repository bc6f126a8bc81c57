package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Usage.AttemptShare;
import dev.ekiden.engine.Usage.By;
import dev.ekiden.engine.UsageReport.Part;
import dev.ekiden.engine.UsageReport.WorkerTime;
import dev.ekiden.testkit.TestEngine;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What attempts took of workers, against a reckoning of every attempt by itself. */
class UsageTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private static final long LIVE_WORKER = 6;
  private static final Duration QUARTER = Usage.QUARTER;
  private static final List<String> DEFINITIONS = List.of("import", "export", "refresh");
  private static final List<String> QUEUES = List.of("fast", "slow", "fast");

  private final JobDefinition<Work> importing = definition("import", "fast");
  private final JobDefinition<Work> exporting = definition("export", "slow");
  private final JobDefinition<Work> refreshing = definition("refresh", "fast");
  private final Engine engine = jobs.engine(importing, exporting, refreshing);
  private final List<Ran> history = new ArrayList<>();
  private final Map<Long, Known> workers = new TreeMap<>();

  private record Known(int slots, Instant started, @Nullable Instant ended) {}

  private record Ran(
      long jobId,
      int number,
      long worker,
      int definition,
      @Nullable String group,
      int vcpus,
      Instant started,
      Instant ended) {
    @Nullable String name(By by) {
      return switch (by) {
        case DEFINITION -> DEFINITIONS.get(definition);
        case QUEUE -> QUEUES.get(definition);
        case GROUP -> group;
        case WORKER -> null;
      };
    }
  }

  /** What parts are told apart by. */
  private record Name(LocalDate day, @Nullable String name, long worker) {}

  private record Sum(long attempts, long runNanos, long busyNanos) {
    Sum plus(Sum other) {
      return new Sum(
          attempts + other.attempts, runNanos + other.runNanos, busyNanos + other.busyNanos);
    }
  }

  private static JobDefinition<Work> definition(String name, String queue) {
    return JobDefinition.named(name, Work.class)
        .queue(queue)
        .retry(RetryPolicy.attempts(2).withDelays(Duration.ofMillis(1), Duration.ofMillis(1)))
        .handler((work, context) -> {
          if (work.number() < 0) {
            throw new IllegalStateException("negative");
          }
          return null;
        });
  }

  @BeforeEach
  void forget() {
    history.clear();
    workers.clear();
  }

  /** Days on which clocks are changed: in the night, at midnight, and so that midnight is twice. */
  @ParameterizedTest
  @CsvSource({
    "1, 2026-10-25T00:00:00Z, Europe/Berlin",
    "2, 2026-04-23T22:00:00Z, Africa/Cairo",
    "3, 2026-11-01T04:30:00Z, America/Havana",
    "4, 2026-06-01T00:00:00Z, Asia/Kathmandu"
  })
  void everyGroupingIsThatOfAllAttemptsOneByOne(long seed, Instant middle, ZoneId zone) {
    generate(new Random(seed), middle);
    Instant from = middle.minus(Duration.ofHours(25)).plusSeconds(400);
    Instant now = middle.plus(Duration.ofHours(30));
    List<Instant> rolledUpAt = List.of(Instant.EPOCH, middle.plusSeconds(77), now);
    for (Instant at : rolledUpAt) {
      engine.clock().set(at);
      if (at.isAfter(Instant.EPOCH)) {
        engine.usage().addUp();
      }
      engine.clock().set(now);
      for (By by : By.values()) {
        check(from, now, zone, by);
      }
    }
    long summed =
        jobs.database()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT sum(attempts) FROM ekiden.usage")
                    .mapTo(Long.class)
                    .one());
    assertThat(summed).isEqualTo(history.size());
  }

  private void check(Instant from, Instant now, ZoneId zone, By by) {
    UsageReport report = engine.usage().read(from, now.plus(Duration.ofHours(1)), zone, by);
    Map<Name, Sum> found = new HashMap<>();
    for (Part part : report.parts()) {
      found.merge(
          new Name(
              report.days().get(part.day()).atZone(zone).toLocalDate(),
              part.name(),
              part.workerId()),
          new Sum(part.attempts(), part.runNanos(), part.busyNanos()),
          Sum::plus);
    }
    Instant floor = floor(from);
    assertThat(report.from()).isEqualTo(floor);
    assertThat(Duration.between(report.to(), now).abs()).isLessThan(Duration.ofMinutes(1));
    assertThat(found).isEqualTo(reckon(floor, report.to(), zone, by));
    Map<Long, Long> alive = new HashMap<>();
    Map<Long, Long> busy = new HashMap<>();
    report.workers().forEach(time -> alive.merge(time.workerId(), time.aliveNanos(), Long::sum));
    report.parts().forEach(part -> busy.merge(part.workerId(), part.busyNanos(), Long::sum));
    workers.forEach((id, known) -> {
      Duration there =
          Duration.between(
              later(known.started(), floor),
              known.ended() == null || known.ended().isAfter(report.to())
                  ? report.to()
                  : known.ended());
      assertThat(alive.getOrDefault(id, 0L)).isEqualTo(Math.max(0, there.toNanos()));
      assertThat(busy.getOrDefault(id, 0L)).isLessThanOrEqualTo(alive.getOrDefault(id, 0L));
    });
    Map<List<Long>, Long> idle = new HashMap<>();
    for (WorkerTime time : report.workers()) {
      idle.merge(List.of((long) time.day(), time.workerId()), time.aliveNanos(), Long::sum);
    }
    for (Part part : report.parts()) {
      idle.merge(List.of((long) part.day(), part.workerId()), -part.busyNanos(), Long::sum);
    }
    assertThat(idle.values()).allSatisfy(nanos -> assertThat(nanos).isNotNegative());
  }

  private Map<Name, Sum> reckon(Instant from, Instant to, ZoneId zone, By by) {
    record Cell(Instant quarter, long worker) {}
    record Slice(Ran ran, long micros, boolean last) {}
    Map<Cell, List<Slice>> cells = new HashMap<>();
    for (Ran ran : history) {
      Instant quarter = floor(ran.started());
      boolean last;
      do {
        Instant end = quarter.plus(QUARTER);
        last = !end.isBefore(ran.ended());
        long micros =
            Duration.between(later(ran.started(), quarter), last ? ran.ended() : end).toNanos()
                / 1_000;
        cells
            .computeIfAbsent(new Cell(quarter, ran.worker()), cell -> new ArrayList<>())
            .add(new Slice(ran, micros, last));
        quarter = end;
      } while (!last);
    }
    Map<Name, Sum> sums = new HashMap<>();
    cells.forEach((cell, slices) -> {
      if (cell.quarter().isBefore(from) || !cell.quarter().isBefore(to)) {
        return;
      }
      Known known = workers.get(cell.worker());
      BigInteger alive = BigInteger.valueOf(aliveMicros(known, cell.quarter(), to));
      BigInteger used =
          slices.stream()
              .map(slice -> BigInteger.valueOf(slice.micros() * slice.ran().vcpus()))
              .reduce(BigInteger.ZERO, BigInteger::add);
      BigInteger whole = alive.multiply(BigInteger.valueOf(known.slots() * 1_000L)).max(used);
      // Rounded once for all of a definition and group, as the sums are.
      Map<List<@Nullable Object>, BigInteger> vcpuMicros = new HashMap<>();
      for (Slice slice : slices) {
        LocalDate day = cell.quarter().atZone(zone).toLocalDate();
        sums.merge(
            new Name(day, slice.ran().name(by), cell.worker()),
            new Sum(slice.last() ? 1 : 0, slice.micros() * 1_000, 0),
            Sum::plus);
        List<@Nullable Object> key = new ArrayList<>();
        key.add(slice.ran().definition());
        key.add(slice.ran().group());
        key.add(slice.ran().name(by));
        vcpuMicros.merge(
            key, BigInteger.valueOf(slice.micros() * slice.ran().vcpus()), BigInteger::add);
      }
      vcpuMicros.forEach((key, micros) ->
          sums.merge(
              new Name(
                  cell.quarter().atZone(zone).toLocalDate(), (String) key.get(2), cell.worker()),
              new Sum(
                  0,
                  0,
                  whole.signum() == 0
                      ? 0
                      : micros
                          .multiply(alive)
                          .multiply(BigInteger.valueOf(1_000))
                          .divide(whole)
                          .longValueExact()),
              Sum::plus));
    });
    return sums;
  }

  private static long aliveMicros(Known known, Instant quarter, Instant to) {
    Instant end = quarter.plus(QUARTER).isBefore(to) ? quarter.plus(QUARTER) : to;
    if (known.ended() != null && known.ended().isBefore(end)) {
      end = known.ended();
    }
    return Math.max(0, Duration.between(later(known.started(), quarter), end).toNanos() / 1_000);
  }

  /**
   * Workers of one to four slots, some of which have more to do than that; attempts of milliseconds
   * to hours, some on the boundary of quarters; jobs that were tried several times, ended or not.
   */
  private void generate(Random random, Instant middle) {
    Instant first = middle.minus(Duration.ofHours(30));
    jobs.database()
        .useTransaction(handle -> {
          for (long id = 1; id <= LIVE_WORKER; id++) {
            Instant started = first.plusSeconds(random.nextInt(40_000));
            Instant ended =
                id == LIVE_WORKER ? null : started.plusSeconds(1_000 + random.nextInt(150_000));
            int slots = 1 + random.nextInt(4);
            // As they are kept when their leases are forgotten, which do not follow the clock we
            // set.
            handle
                .createUpdate(
                    """
                    INSERT INTO ekiden.usage_worker (id, name, slots, started_at, ended_at)
                    VALUES (:id, 'worker ' || :id, :slots, :started, :ended)
                    """)
                .bind("id", id)
                .bind("slots", slots)
                .bind("started", started)
                .bind("ended", ended)
                .execute();
            workers.put(id, new Known(slots, started, ended));
          }
          for (long job = 1; job <= 400; job++) {
            boolean live = random.nextInt(10) == 0;
            int attempts = 1 + (random.nextInt(5) == 0 ? random.nextInt(3) : 0);
            int definition = random.nextInt(3);
            String group = random.nextBoolean() ? null : "tenant " + random.nextInt(3);
            int vcpus = random.nextInt(4) == 0 ? 2_000 : 1_000;
            Instant ended = Instant.EPOCH;
            for (int number = 1; number <= attempts; number++) {
              long worker = 1 + random.nextInt((int) LIVE_WORKER);
              Known known = workers.get(worker);
              Instant begin =
                  later(known.started(), ended).plusNanos(1_000L * random.nextInt(1 << 30));
              begin = random.nextInt(8) == 0 ? floor(begin).plus(QUARTER) : begin;
              Duration time =
                  switch (random.nextInt(4)) {
                    case 0 -> Duration.ofMillis(random.nextInt(2_000));
                    case 1 -> Duration.ofHours(random.nextInt(9));
                    case 2 -> QUARTER.multipliedBy(random.nextInt(4));
                    default -> Duration.ofSeconds(random.nextInt(3_000));
                  };
              ended = begin.plus(time);
              history.add(new Ran(job, number, worker, definition, group, vcpus, begin, ended));
            }
            List<Ran> tries = history.subList(history.size() - attempts, history.size());
            store(handle, tries, live);
          }
        });
    history.sort(Comparator.comparing(Ran::ended));
  }

  private static void store(Handle handle, List<Ran> tries, boolean live) {
    Ran last = tries.getLast();
    String columns =
        """
        (id, queue_id, definition_id, priority, payload, created_at, group_id, group_name, vcpus\
        """;
    String values =
        """
        SELECT :id, queue_id, id, 5, '{"number":1}', :created, :group_id, :group, :vcpus\
        """;
    String table = live ? "ekiden.job " : "ekiden.finished ";
    String more =
        live
            ? ""
            : ", state, attempt, failures, losses, worker_id, claimed_at, started_at, finished_at";
    String moreValues =
        live ? "" : ", 'SUCCEEDED', :number, 0, 0, :worker, :started, :started, :ended";
    var insert =
        handle
            .createUpdate(
                "INSERT INTO "
                    + table
                    + columns
                    + more
                    + ") "
                    + values
                    + moreValues
                    + " FROM ekiden.definition WHERE name = :definition")
            .bind("id", last.jobId())
            .bind("created", tries.getFirst().started())
            .bind("group_id", last.group() == null ? 0L : last.group().hashCode())
            .bind("group", last.group())
            .bind("vcpus", last.vcpus())
            .bind("definition", DEFINITIONS.get(last.definition()));
    if (!live) {
      insert
          .bind("number", last.number())
          .bind("worker", last.worker())
          .bind("started", last.started())
          .bind("ended", last.ended());
    }
    insert.execute();
    for (Ran ran : live ? tries : tries.subList(0, tries.size() - 1)) {
      handle
          .createUpdate(
              """
              INSERT INTO ekiden.attempt
                (job_id, number, outcome, worker_id, claimed_at, started_at, ended_at)
              VALUES (:id, :number, 'RETRIED', :worker, :started, :started, :ended)
              """)
          .bind("id", ran.jobId())
          .bind("number", ran.number())
          .bind("worker", ran.worker())
          .bind("started", ran.started())
          .bind("ended", ran.ended())
          .execute();
    }
  }

  @Test
  void whatAttemptsOfAJobTookIsToldEach() {
    long id = engine.enqueue(importing.request(new Work(-1))).id();
    TestEngine.awaitUntil(
        "it has failed twice",
        () -> {
          engine.runDue();
          return engine.jobs().get(id).state() == JobState.FAILED;
        });
    List<AttemptShare> shares = engine.usage().ofJob(id);
    assertThat(shares).extracting(AttemptShare::number).containsExactly(1, 2);
    assertThat(shares).allSatisfy(share -> assertThat(share.busyNanos()).isPositive());
    Instant now = engine.clock().now();
    UsageReport report =
        engine.usage().read(now.minusSeconds(3_600), now, ZoneId.of("UTC"), By.DEFINITION);
    assertThat(report.parts()).extracting(Part::name).containsOnly("import");
    assertThat(report.parts().stream().mapToLong(Part::attempts).sum()).isEqualTo(2);
    long all = report.parts().stream().mapToLong(Part::busyNanos).sum();
    assertThat(shares.stream().mapToLong(AttemptShare::busyNanos).sum())
        .isBetween(all - 2_000, all + 2_000);
    assertThat(engine.usage().workerNames(List.of(shares.getFirst().workerId())).values())
        .containsExactly("manual");
  }

  @Test
  void aJobThatHasNotRunTookNothing() {
    long id = engine.enqueue(importing.request(new Work(1))).id();
    assertThat(engine.usage().ofJob(id)).isEmpty();
    Instant now = engine.clock().now();
    assertThat(engine.usage().read(now.minusSeconds(60), now, ZoneId.of("UTC"), By.WORKER).parts())
        .isEmpty();
    assertThatThrownBy(() -> engine.usage().read(now, now, ZoneId.of("UTC"), By.WORKER))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("must be before");
  }

  @Test
  void theNewestRunsAreTold() {
    for (int i = 0; i < 5; i++) {
      engine.enqueue(importing.request(new Work(i)).withPriority(i));
      engine.runDue();
      engine.clock().advance(Duration.ofHours(1));
    }
    engine.enqueue(exporting.request(new Work(-1)));
    engine.runDue();
    Instant now = engine.clock().now().plusSeconds(1);
    Instant from = now.minus(Duration.ofDays(1));
    assertThat(engine.usage().runs(from, now, "fast", null, 3))
        .extracting(RecordedRun::priority)
        .containsExactly(2, 3, 4);
    assertThat(engine.usage().runs(from, now, null, "export", 3))
        .first()
        .satisfies(run -> {
          assertThat(run.failed()).isTrue();
          assertThat(run.queue()).isEqualTo("slow");
          assertThat(run.arrivedAt()).isBefore(run.startedAt());
          assertThat(run.runTime()).isPositive();
        });
    assertThat(engine.usage().runs(from, now, null, null, Usage.MAX_RUNS)).hasSizeBetween(6, 7);
    assertThatThrownBy(() -> engine.usage().runs(from, now, null, null, Usage.MAX_RUNS + 1))
        .hasMessage("max must be 1 to 250,000, not 250,001");
    assertThatThrownBy(() -> engine.usage().runs(from, now, "none", null, 1))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.usage().runs(from, now, null, "none", 1))
        .hasMessage("there is no job definition 'none'");
  }

  private static Instant floor(Instant time) {
    long seconds = QUARTER.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }
}
