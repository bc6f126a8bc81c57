package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.RetryPolicy.Verdict;
import dev.ekiden.engine.RetryRule.Backoff;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryRuleTest {
  /** Rests 10 s, fails after three failures. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(3, Duration.ofSeconds(10), 1, Duration.ofSeconds(10), 0)
          .withRules(
              RetryRule.on(FileNotFoundException.class).fail(),
              RetryRule.on(IOException.class).retry(Backoff.fixed(Duration.ofSeconds(5))),
              RetryRule.on("java.lang.AutoCloseable").fail(),
              RetryRule.on("java.lang.Comparable").fail(),
              RetryRule.on(ArithmeticException.class)
                  .retryUncounted(new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(60), 0)),
              RetryRule.onTimeout().retry(Backoff.fixed(Duration.ofMinutes(1))),
              RetryRule.onOutOfMemory().fail(),
              RetryRule.onRetryAfter().retryUncounted());

  private static final class Odd extends RuntimeException implements Comparable<Odd> {
    @Override
    public int compareTo(Odd other) {
      return 0;
    }
  }

  private static Throwable thrown(String kind) {
    return switch (kind) {
      case "file" -> new FileNotFoundException("gone");
      case "io" -> new IOException("wet");
      case "odd" -> new Odd();
      case "sum" -> new ArithmeticException("one");
      case "memory" -> new OutOfMemoryError("none");
      case "after" -> JobFailure.retryAfter(Duration.ofSeconds(42), "busy");
      case "never" -> JobFailure.permanent("no", new IOException("wet"));
      case "stopped" -> new CancellationException("stopped");
      default -> new IllegalStateException(kind);
    };
  }

  /** What is thrown, whether by a timeout, the failures with it, the attempt, what happens. */
  @ParameterizedTest
  @CsvSource({
    "other,   false, 1, 1, retry 10",
    "other,   false, 2, 2, retry 10",
    "other,   false, 3, 3, fail",
    "file,    false, 1, 1, fail",
    "io,      false, 1, 1, retry 5",
    "io,      false, 3, 3, fail",
    "io,      true,  1, 1, retry 60",
    "odd,     false, 1, 1, fail",
    "sum,     false, 1, 1, retry 1 uncounted",
    "sum,     false, 3, 4, retry 8 uncounted",
    "sum,     false, 3, 50, retry 60 uncounted",
    "sum,     false, 1, 9999, retry 60 uncounted",
    "sum,     false, 1, 10000, retry 1",
    "sum,     false, 3, 10000, fail",
    "stopped, true,  2, 2, retry 60",
    "stopped, true,  3, 3, fail",
    "memory,  false, 1, 1, fail",
    "after,   false, 3, 3, retry 42 uncounted",
    "never,   false, 1, 1, fail",
  })
  void theFirstRuleThatMatchesDecides(
      String kind, boolean timedOut, int failures, int attempt, String expected) {
    Verdict verdict = POLICY.after(thrown(kind), timedOut, failures, attempt);
    String actual =
        switch (verdict) {
          case Verdict.Fail fail -> "fail";
          case Verdict.Retry retry ->
              "retry " + retry.delay().toSeconds() + (retry.counted() ? "" : " uncounted");
        };
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void aDelayThatIsAskedForHasALimit() {
    Verdict verdict =
        RetryPolicy.DEFAULT.after(
            JobFailure.retryAfter(Duration.ofDays(40_000), "later"), false, 1, 1);
    assertThat(verdict).isEqualTo(new Verdict.Retry(JobRequest.MAX_DELAY, true));
  }

  @Test
  void goesThroughJsonUnchanged() {
    assertThat(RetryPolicy.fromJson(POLICY.toJson())).isEqualTo(POLICY);
    assertThat(RetryPolicy.fromJson("{}")).isEqualTo(RetryPolicy.DEFAULT);
    assertThat(RetryPolicy.NEVER.toJson())
        .isEqualTo(
            "{\"maxFailures\":1,\"initialDelay\":\"PT1S\",\"multiplier\":1.0,\"maxDelay\":\"PT1S\",\"jitter\":0.0}");
    assertThat(
            RetryPolicy.fromJson(
                "{\"rules\":[{\"on\":\"exception\",\"type\":\"a.B$C\",\"action\":\"retry\","
                    + "\"initialDelay\":\"PT2H\"},{\"on\":\"timeout\",\"action\":\"fail\"}]}"))
        .isEqualTo(
            RetryPolicy.DEFAULT.withRules(
                RetryRule.on("a.B$C")
                    .retry(new Backoff(Duration.ofHours(2), 2, Duration.ofHours(2), 0.2)),
                RetryRule.onTimeout().fail()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                | it must be an object",
        "{                                 | not JSON",
        "{\"retries\":3}                   | there is no field 'retries' here; allowed are initialDelay, jitter",
        "{\"maxFailures\":\"3\"}           | maxFailures must be a whole number, not \"3\"",
        "{\"maxFailures\":1.5}             | maxFailures must be a whole number, not 1.5",
        "{\"maxFailures\":0}               | maxFailures must be 1 to 1000, not 0",
        "{\"initialDelay\":5}              | initialDelay must be a duration such as PT1.5S or PT10M, not 5",
        "{\"initialDelay\":\"5s\"}         | initialDelay must be a duration",
        "{\"multiplier\":\"2\"}            | multiplier must be a number",
        "{\"jitter\":2}                    | jitter between 0 and 1",
        "{\"rules\":{}}                    | rules must be an array of rules, not {}",
        "{\"rules\":[1]}                   | rules[0] must be an object",
        "{\"rules\":[{}]}                  | rules[0].on must be one of exception, timeout, out-of-memory, retry-after, not missing",
        "{\"rules\":[{\"on\":\"timeout\"}]} | rules[0].action must be one of retry, fail, not missing",
        "{\"rules\":[{\"on\":\"timeout\",\"action\":\"retry\",\"type\":\"a.B\"}]} | there is no field 'rules[0].type' here",
        "{\"rules\":[{\"on\":\"timeout\",\"action\":\"fail\",\"counted\":true}]} | there is no field 'rules[0].counted' here; allowed are action, on",
        "{\"rules\":[{\"on\":\"timeout\",\"action\":\"retry\",\"counted\":1}]} | rules[0].counted must be true or false, not 1",
        "{\"rules\":[{\"on\":\"exception\",\"action\":\"fail\"}]} | rules[0].type must be text, not missing",
        "{\"rules\":[{\"on\":\"exception\",\"action\":\"fail\",\"type\":\"a b\"}]} | full name of a class of at most 500 characters, not 'a b'",
      })
  void saysWhatIsWrongInJson(String json, String message) {
    assertThatThrownBy(() -> RetryPolicy.fromJson(json))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("retry policy: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", "a..b", "1a", "a-b"})
  void refusesWhatIsNoNameOfAClass(String name) {
    assertThatThrownBy(() -> RetryRule.on(name)).hasMessageContaining("full name of a class");
  }

  @Test
  void rulesAndNamesHaveLimits() {
    RetryRule rule = RetryRule.on("x".repeat(RetryRule.MAX_TYPE_LENGTH)).fail();
    assertThatThrownBy(() -> RetryRule.on("x".repeat(RetryRule.MAX_TYPE_LENGTH + 1)))
        .hasMessageContaining("at most 500");
    RetryRule[] most = Collections.nCopies(RetryPolicy.MAX_RULES, rule).toArray(RetryRule[]::new);
    assertThat(RetryPolicy.DEFAULT.withRules(most).rules()).hasSize(RetryPolicy.MAX_RULES);
    RetryRule[] tooMany =
        Collections.nCopies(RetryPolicy.MAX_RULES + 1, rule).toArray(RetryRule[]::new);
    assertThatThrownBy(() -> RetryPolicy.DEFAULT.withRules(tooMany))
        .hasMessageContaining("at most 50 rules are allowed, not 51");
    assertThatThrownBy(() -> Backoff.fixed(Duration.ofSeconds(-1)))
        .hasMessageContaining("must not be negative");
  }
}
