package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.LogPage.Line;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A log is read from any line on, in either direction, and searched. */
class LogQueryTest {
  record Work(int lines) {}

  private static final LogQuery ALL = LogQuery.FIRST;

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
  private final JobDefinition<Work> chatter =
      JobDefinition.named("chatter", Work.class)
          .handler((work, context) -> {
            String rest = "x".repeat(60);
            for (int i = 1; i <= work.lines(); i++) {
              String level = i % 5_000 == 4_000 ? "ERROR" : i % 7 == 0 ? "WARN" : "INFO";
              context.log("%s step %d of many, each with something to tell %s", level, i, rest);
            }
            return null;
          });
  private final Engine engine = jobs.engine(work, chatter);

  private long run(JobDefinition<Work> definition, int lines) {
    long id = engine.enqueue(definition.request(new Work(lines))).id();
    engine.runDue();
    return id;
  }

  private static List<String> texts(LogPage page) {
    return page.lines().stream().map(line -> line.line().text()).toList();
  }

  private List<String> texts(long id, LogQuery query) {
    return texts(engine.jobs().logs(id, query));
  }

  @Test
  void pagesFromAnyLineOn() {
    long id = run(work, 25);
    LogPage first = engine.jobs().logs(id, ALL.withLimit(2));
    assertThat(texts(first)).containsExactly("step 1/1", "step 1/2");
    assertThat(first.total()).isEqualTo(50);
    assertThat(first.matched()).isEqualTo(50);
    assertThat(first.next(ALL)).isEqualTo(3);
    LogPage end = engine.jobs().logs(id, ALL.withFrom(49L).withLimit(2));
    assertThat(texts(end)).containsExactly("step 2/24", "step 2/25");
    assertThat(end.next(ALL)).isNull();
    assertThat(texts(id, ALL.withFrom(51L))).isEmpty();
    assertThat(texts(id, ALL)).hasSize(50);
    assertThat(texts(id, ALL.withOffset(23).withLimit(1))).containsExactly("step 1/24");
    assertThat(texts(id, ALL.withOffset(50))).isEmpty();
  }

  @Test
  void linesOfAnAttemptKeepTheirNumbers() {
    long id = run(work, 25);
    LogPage second = engine.jobs().logs(id, ALL.withAttempt(2).withLimit(1));
    assertThat(texts(second)).containsExactly("step 2/1");
    assertThat(second.total()).isEqualTo(25);
    assertThat(second.lines().getFirst().number()).isEqualTo(26);
    assertThat(texts(id, ALL.withAttempt(2).withFrom(49L)))
        .containsExactly("step 2/24", "step 2/25");
    assertThat(texts(id, ALL.withAttempt(3))).isEmpty();
  }

  @Test
  void newestFirst() {
    long id = run(work, 25);
    LogQuery newest = ALL.withNewestFirst().withLimit(2);
    LogPage last = engine.jobs().logs(id, newest);
    assertThat(texts(last)).containsExactly("step 2/25", "step 2/24");
    assertThat(last.lines().getFirst().number()).isEqualTo(50);
    assertThat(last.next(newest)).isEqualTo(48);
    LogPage begin = engine.jobs().logs(id, newest.withAttempt(1).withFrom(2L));
    assertThat(texts(begin)).containsExactly("step 1/2", "step 1/1");
    assertThat(begin.next(newest)).isNull();
  }

  @Test
  void linesAreSearched() {
    long id = run(work, 25);
    LogPage slow = engine.jobs().logs(id, ALL.withContaining("SLOW").withFrom(11L).withLimit(2));
    assertThat(texts(slow)).containsExactly("[WARN] slow 1/20", "[WARN] slow 2/10");
    assertThat(slow.matched()).isEqualTo(3);
    assertThat(slow.lines().getFirst().number()).isEqualTo(20);
    assertThat(slow.lines().getFirst().level()).isEqualTo(LogLevel.WARN);
    LogQuery second = ALL.withAttempt(2).withNewestFirst();
    assertThat(texts(id, second.withAtLeast(LogLevel.WARN)))
        .containsExactly("[WARN] slow 2/20", "[WARN] slow 2/10");
    assertThat(texts(id, second.withAtLeast(LogLevel.INFO))).hasSize(25);
    assertThat(texts(id, second.withAtLeast(LogLevel.ERROR))).isEmpty();
  }

  /** However much is searched at once, and with segments from before lines were counted. */
  @Test
  void aHundredThousandLinesAreReadInAnySteps() {
    int lines = 100_000;
    long id = run(chatter, lines);
    List<LogLine> log = engine.jobs().logs(id);
    assertThat(log).hasSize(lines);
    List<Line> all = new ArrayList<>();
    for (LogLine line : log) {
      all.add(new Line(all.size() + 1, line, LogLevel.of(line.text())));
    }
    Random random = new Random(20_261_121L);
    for (int i = 0; i < 12; i++) {
      if (i == 8) {
        jobs.database()
            .useTransaction(handle ->
                handle.execute(
                    "UPDATE ekiden.attempt_log SET line_counts = NULL" + " WHERE segment % 3 = 1"));
      }
      LogQuery query = ALL.withLimit(1 + random.nextInt(3_000));
      if (i % 2 == 1) {
        query = query.withNewestFirst();
      }
      query =
          switch (i % 4) {
            case 0 -> query.withContaining("STEP 77");
            case 1 -> query.withAtLeast(LogLevel.ERROR);
            case 2 -> query.withAtLeast(LogLevel.WARN).withContaining("99");
            default -> query;
          };
      long from = 1 + random.nextInt(lines);
      assertThat(numbers(id, query.withFrom(from), i % 3 == 0 ? 5 : LogReader.MAX_SEARCHED))
          .as("%s from %d", query, from)
          .isEqualTo(expected(all, query, from));
    }
  }

  private static List<Long> expected(List<Line> all, LogQuery query, long from) {
    String text = query.containing();
    LogLevel least = query.atLeast();
    List<Long> numbers = new ArrayList<>();
    for (Line line : all) {
      if ((query.newestFirst() ? line.number() <= from : line.number() >= from)
          && (text == null || line.line().text().contains(text.toLowerCase(Locale.ROOT)))
          && (least == null || line.level().compareTo(least) >= 0)) {
        numbers.add(line.number());
      }
    }
    if (query.newestFirst()) {
      Collections.reverse(numbers);
    }
    return numbers;
  }

  private static List<Long> numbers(long id, LogQuery query, int maxSearched) {
    List<Long> numbers = new ArrayList<>();
    LogQuery step = query;
    while (true) {
      LogPage page = new LogReader(jobs.database(), id, step, maxSearched).read();
      assertThat(page.lines()).hasSizeLessThanOrEqualTo(query.limit());
      page.lines().forEach(line -> numbers.add(line.number()));
      if (!page.lines().isEmpty()) {
        int half = page.lines().size() / 2;
        LogPage again =
            new LogReader(jobs.database(), id, step.withOffset(half), maxSearched).read();
        assertThat(again.lines()).startsWith(page.lines().get(half));
        assertThat(again.matched()).isEqualTo(page.matched());
      }
      Long next = page.next(step);
      if (next == null) {
        return numbers;
      }
      step = query.withFrom(next);
    }
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
    assertThatThrownBy(() -> ALL.withAttempt(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ALL.withFrom(0L)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ALL.withOffset(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ALL.withLimit(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> ALL.withLimit(LogQuery.MAX_LINES + 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.jobs().logs(99_999, ALL)).isInstanceOf(NotFoundException.class);
  }
}
