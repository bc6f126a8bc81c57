package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Finished jobs come to the table of their day, and go with it. */
class RetentionTest {
  record Work(boolean fails) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .retry(RetryPolicy.NEVER)
          .handler((payload, context) -> {
            context.log("here");
            if (payload.fails()) {
              throw new IllegalStateException("no");
            }
            return "done";
          });
  private final Engine engine = jobs.engine(work);

  @BeforeEach
  void makeTables() {
    engine.retention().apply();
  }

  private long run(boolean fails) {
    long id = engine.enqueue(work.request(new Work(fails))).id();
    jobs.runDue();
    return id;
  }

  private static long count(String from) {
    return jobs.database()
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM " + from).mapTo(Long.class).one());
  }

  private static long others() {
    return count("ekiden.finished_short_other") + count("ekiden.finished_long_other");
  }

  @Test
  void daysComeAndGo() {
    long succeeded = run(false);
    long failed = run(true);
    long live = engine.enqueue(work.request(new Work(false)).withDelay(Duration.ofDays(300))).id();
    assertThat(others()).isZero();
    assertThat(count("ekiden.attempt_log")).isEqualTo(2);
    jobs.advance(Duration.ofDays(7));
    engine.retention().apply();
    assertThat(engine.jobs().find(succeeded)).isPresent();
    jobs.advance(Duration.ofDays(1));
    assertThat(engine.retention().apply()).isPositive();
    assertThat(engine.jobs().find(succeeded)).isEmpty();
    assertThat(engine.jobs().get(failed).state()).isEqualTo(JobState.FAILED);
    assertThat(count("ekiden.attempt_log")).isEqualTo(1);
    jobs.advance(Duration.ofDays(23));
    engine.retention().apply();
    assertThat(engine.jobs().find(failed)).isEmpty();
    assertThat(count("ekiden.attempt_log")).isZero();
    assertThat(engine.jobs().get(live).state()).isEqualTo(JobState.SCHEDULED);
    assertThat(engine.retention().apply()).as("nothing left to do").isZero();
    jobs.advance(Duration.ofDays(300));
    engine.retention().apply();
    assertThat(engine.jobs().get(live).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void anOldFailedJobRunsAgainAndIsKeptAnew() {
    long failed = run(true);
    jobs.advance(Duration.ofDays(29));
    engine.retention().apply();
    engine.jobs().retry(failed);
    assertThat(engine.jobs().get(failed).state()).isEqualTo(JobState.READY);
    jobs.advance(Duration.ofDays(20));
    engine.retention().apply();
    assertThat(engine.jobs().get(failed).attempt()).isEqualTo(2);
    assertThat(engine.jobs().attempts(failed)).hasSize(2);
  }

  @Test
  void whatEndsWithoutATableOfItsDayIsMovedToIt() {
    jobs.advance(Duration.ofDays(100));
    long succeeded = run(false);
    long failed = run(true);
    assertThat(others()).isEqualTo(2);
    assertThat(engine.jobs().get(succeeded).result()).isEqualTo("\"done\"");
    engine.retention().apply();
    assertThat(others()).isZero();
    assertThat(engine.jobs().get(succeeded).result()).isEqualTo("\"done\"");
    assertThat(engine.jobs().get(failed).state()).isEqualTo(JobState.FAILED);
    // Nobody looked for a year.
    jobs.advance(Duration.ofDays(365));
    run(false);
    jobs.advance(Duration.ofDays(365));
    engine.retention().apply();
    assertThat(count("ekiden.finished")).isZero();
  }

  @Test
  void thePolicyCanBeChanged() {
    assertThat(engine.retention().policy()).isEqualTo(new RetentionPolicy(7, 30));
    long succeeded = run(false);
    engine.retention().set(new RetentionPolicy(60, 1));
    engine.retention().set(new RetentionPolicy(60, 2));
    assertThat(engine.retention().policy()).isEqualTo(new RetentionPolicy(60, 2));
    long failed = run(true);
    jobs.advance(Duration.ofDays(3));
    engine.retention().apply();
    assertThat(engine.jobs().find(failed)).isEmpty();
    assertThat(engine.jobs().find(succeeded)).isPresent();
    assertThat(new RetentionPolicy(1, RetentionPolicy.MAX_DAYS).failedDays()).isEqualTo(400);
    assertThatThrownBy(() -> new RetentionPolicy(0, 1)).hasMessageContaining("1 to 400");
    assertThatThrownBy(() -> new RetentionPolicy(1, 401)).hasMessageContaining("401");
  }

  private int applied(int days) {
    jobs.advance(Duration.ofDays(days));
    return engine.retention().apply();
  }

  @Test
  void aDefinitionMayHaveAPolicyOfItsOwn() {
    JobDefinition<Work> brief =
        JobDefinition.named("brief", Work.class).handler((payload, context) -> null);
    JobDefinition<Work> dear =
        JobDefinition.named("dear", Work.class)
            .handler((payload, context) -> {
              context.log("here");
              return null;
            });
    Engine both = jobs.engine(brief, dear);
    both.retention().set("brief", new RetentionPolicy(1, 2));
    both.retention().set("dear", new RetentionPolicy(19, 30));
    both.retention().set("dear", new RetentionPolicy(20, 30));
    assertThat(both.retention().ofDefinitions())
        .containsExactly(
            Map.entry("brief", new RetentionPolicy(1, 2)),
            Map.entry("dear", new RetentionPolicy(20, 30)));
    long plain = run(false);
    long failed = run(true);
    long briefly = both.enqueue(brief.request(new Work(false))).id();
    long dearly = both.enqueue(dear.request(new Work(false))).id();
    both.runDue();
    assertThat(count("ekiden.attempt_log")).isEqualTo(3);

    applied(1);
    assertThat(engine.jobs().find(briefly)).isPresent();
    applied(1);
    assertThat(engine.jobs().find(briefly)).isEmpty();
    assertThat(engine.jobs().find(plain)).isPresent();
    applied(5);
    assertThat(engine.jobs().find(plain)).isPresent();
    assertThat(applied(1)).as("the day stays").isZero();
    assertThat(engine.jobs().find(plain)).isEmpty();
    assertThat(engine.jobs().get(failed).state()).isEqualTo(JobState.FAILED);
    assertThat(engine.jobs().logs(dearly)).hasSize(1);
    assertThat(count("ekiden.attempt_log")).isEqualTo(2);
    applied(12);
    assertThat(engine.jobs().find(dearly)).isPresent();
    assertThat(applied(1)).isPositive();
    assertThat(engine.jobs().find(dearly)).isEmpty();
    applied(10);
    assertThat(count("ekiden.finished")).isZero();
    assertThat(count("ekiden.attempt_log")).isZero();
    assertThat(
            count(
                """
                ekiden.retention_sweep
                WHERE to_regclass(format('ekiden.finished_%s_%s', kind, to_char(day, 'YYYYMMDD')))
                      IS NULL
                """))
        .as("noted for days that are gone")
        .isZero();
  }

  @Test
  void aDayIsSweptOnceForEachRule() {
    engine.retention().set("work", new RetentionPolicy(10, 30));
    long id = run(false);
    applied(8);
    assertThat(count("ekiden.retention_sweep")).isEqualTo(1);
    // Whoever sweeps again would find this one.
    jobs.database()
        .useTransaction(handle ->
            handle.execute("UPDATE ekiden.finished SET definition_id = 0 WHERE id = ?", id));
    applied(1);
    assertThat(count("ekiden.finished")).isEqualTo(1);
    engine.retention().remove("work");
    engine.retention().remove("work");
    assertThat(engine.retention().apply()).isPositive();
    assertThat(count("ekiden.finished")).isZero();
    assertThatThrownBy(() -> engine.retention().remove("none"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.retention().set("none", RetentionPolicy.DEFAULT))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void listingReadsIndexesAndSortsNothing() {
    run(false);
    List<String> plan =
        jobs.database()
            .withHandle(handle -> {
              handle.execute("SET enable_seqscan = off");
              List<String> lines =
                  handle
                      .createQuery(
                          "EXPLAIN SELECT id FROM ekiden.finished WHERE id < 1000000"
                              + " ORDER BY id DESC LIMIT 50")
                      .mapTo(String.class)
                      .list();
              handle.execute("RESET enable_seqscan");
              return lines;
            });
    assertThat(String.join("\n", plan))
        .contains("Merge Append")
        .doesNotContain("Sort Key: finished.id DESC\n  ->  Append");
  }
}
