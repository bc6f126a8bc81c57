package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A log is read piece by piece, from either end, and searched. */
class LogQueryTest {
  record Work(int lines) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class)
          .retry(new RetryPolicy(2, Duration.ZERO, 1, Duration.ZERO, 0))
          .handler((work, context) -> {
            for (int i = 1; i <= work.lines(); i++) {
              context.log((i % 10 == 0 ? "[WARN] slow " : "step ") + context.attempt() + "/" + i);
            }
            if (context.attempt() == 1) {
              throw new IllegalStateException("once");
            }
            return null;
          });
  private final Engine engine = jobs.engine(work);

  private long run(int lines) {
    long id = engine.enqueue(work.request(new Work(lines))).id();
    engine.runDue();
    return id;
  }

  private static List<String> texts(LogPage page) {
    return page.lines().stream().map(line -> line.line().text()).toList();
  }

  private static LogQuery query(
      @Nullable Integer attempt,
      @Nullable String text,
      @Nullable LogLevel level,
      boolean newest,
      long offset,
      int limit) {
    return new LogQuery(attempt, text, level, newest, offset, limit);
  }

  @Test
  void piecesFromEitherEnd() {
    long id = run(25);
    LogPage first = engine.jobs().logs(id, query(null, null, null, false, 0, 2));
    assertThat(texts(first)).containsExactly("step 1/1", "step 1/2");
    assertThat(first.matched()).isEqualTo(50);
    assertThat(first.total()).isEqualTo(50);
    assertThat(texts(engine.jobs().logs(id, query(2, null, null, false, 23, 10))))
        .containsExactly("step 2/24", "step 2/25");
    LogPage last = engine.jobs().logs(id, query(null, null, null, true, 0, 2));
    assertThat(texts(last)).containsExactly("step 2/25", "step 2/24");
    assertThat(last.lines().getFirst().number()).isEqualTo(50);
    assertThat(texts(engine.jobs().logs(id, query(1, null, null, true, 23, 10))))
        .containsExactly("step 1/2", "step 1/1");
    assertThat(texts(engine.jobs().logs(id, query(1, null, null, true, 25, 10)))).isEmpty();
    assertThat(texts(engine.jobs().logs(id, query(3, null, null, false, 0, 10)))).isEmpty();
    assertThat(texts(engine.jobs().logs(id, LogQuery.FIRST))).hasSize(50);
  }

  @Test
  void linesAreSearched() {
    long id = run(25);
    LogPage slow = engine.jobs().logs(id, query(null, "SLOW", null, false, 1, 2));
    assertThat(texts(slow)).containsExactly("[WARN] slow 1/20", "[WARN] slow 2/10");
    assertThat(slow.matched()).isEqualTo(4);
    assertThat(slow.lines().getFirst().number()).isEqualTo(20);
    assertThat(slow.lines().getFirst().level()).isEqualTo(LogLevel.WARN);
    assertThat(texts(engine.jobs().logs(id, query(2, null, LogLevel.WARN, true, 0, 9))))
        .containsExactly("[WARN] slow 2/20", "[WARN] slow 2/10");
    assertThat(engine.jobs().logs(id, query(2, null, LogLevel.INFO, true, 0, 9)).matched())
        .isEqualTo(25);
    assertThat(engine.jobs().logs(id, query(2, null, LogLevel.ERROR, true, 0, 9)).matched())
        .isZero();
  }

  @Test
  void levelsAreTheWordsInCapitals() {
    assertThat(LogLevel.of("2026-11-21 12:00 ERROR broken")).isEqualTo(LogLevel.ERROR);
    assertThat(LogLevel.of("an error, but no WARNING")).isEqualTo(LogLevel.WARN);
    assertThat(LogLevel.of("one two three four five six ERROR")).isEqualTo(LogLevel.INFO);
    assertThat(LogLevel.of("")).isEqualTo(LogLevel.INFO);
    assertThat(LogLevel.of("DEBUGGING")).isEqualTo(LogLevel.INFO);
  }

  @Test
  void queriesAreChecked() {
    assertThatThrownBy(() -> query(0, null, null, false, 0, 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> query(null, null, null, false, -1, 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> query(null, null, null, false, 0, LogQuery.MAX_LINES + 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.jobs().logs(99_999, LogQuery.FIRST))
        .isInstanceOf(NotFoundException.class);
  }
}
