package dev.ekiden.testkit;

import dev.ekiden.engine.Job;
import dev.ekiden.engine.JobState;
import java.time.Instant;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Assertions about a job; each failure tells the state, attempts and error of the job.
 *
 * <pre>{@code
 * JobAssert.assertThat(engine.jobs().get(id)).hasSucceeded().hasResult("Hello, world");
 * }</pre>
 */
public final class JobAssert extends AbstractAssert<JobAssert, Job> {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private JobAssert(Job actual) {
    super(actual, JobAssert.class);
  }

  public static JobAssert assertThat(Job actual) {
    return new JobAssert(actual);
  }

  public JobAssert hasState(JobState expected) {
    return check("state", expected, job().state());
  }

  public JobAssert hasSucceeded() {
    return hasState(JobState.SUCCEEDED);
  }

  public JobAssert hasFailed() {
    return hasState(JobState.FAILED);
  }

  /** The job is FAILED, and its last attempt threw exactly this. */
  public JobAssert hasFailedWith(Class<? extends Throwable> type) {
    hasFailed();
    return check("error type", type.getName(), job().errorType());
  }

  /** The job waits for a time and not for anything else. */
  public JobAssert isScheduledAt(Instant expected) {
    hasState(JobState.SCHEDULED);
    return check("time", expected, job().runAt());
  }

  /** The last error's message or stack contains a text. */
  public JobAssert hasErrorContaining(String text) {
    String error = job().error();
    if (error == null || !error.contains(text)) {
      failWithMessage("Expected an error with <%s> in%n%s", text, describe());
    }
    return this;
  }

  /** The result, written as JSON, is this value written as JSON. */
  public JobAssert hasResult(@Nullable Object expected) {
    String result = job().result();
    return check(
        "result",
        expected == null ? null : json(expected),
        result == null ? null : MAPPER.readTree(result));
  }

  /** The payload, read as JSON, is this value written as JSON. */
  public JobAssert hasPayload(@Nullable Object expected) {
    return check("payload", json(expected), MAPPER.readTree(job().payload()));
  }

  public JobAssert isInQueue(String expected) {
    return check("queue", expected, job().queue());
  }

  public JobAssert hasPriority(int expected) {
    return check("priority", expected, job().priority());
  }

  /** How often it was started. */
  public JobAssert hasAttempts(int expected) {
    return check("attempts", expected, job().attempt());
  }

  /** How often it failed in a way that counts. */
  public JobAssert hasFailures(int expected) {
    return check("failures", expected, job().failures());
  }

  /** Written and read again, so that a long and an int of the same value are the same. */
  private static JsonNode json(@Nullable Object value) {
    return MAPPER.readTree(MAPPER.writeValueAsString(value));
  }

  private Job job() {
    isNotNull();
    return actual;
  }

  private JobAssert check(String what, @Nullable Object expected, @Nullable Object found) {
    if (!Objects.equals(expected, found)) {
      failWithMessage("Expected %s <%s> but was <%s> in%n%s", what, expected, found, describe());
    }
    return this;
  }

  private String describe() {
    String error = actual.error();
    return "job %d of '%s': %s, attempt %d, %d failures%s"
        .formatted(
            actual.id(),
            actual.definition(),
            actual.state(),
            actual.attempt(),
            actual.failures(),
            error == null ? "" : System.lineSeparator() + error);
  }
}
