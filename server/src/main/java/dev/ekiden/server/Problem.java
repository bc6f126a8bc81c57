package dev.ekiden.server;

import org.jspecify.annotations.Nullable;

/**
 * An error as RFC 9457 writes it down, with a stable code.
 *
 * @param status the HTTP status, 400 to 599
 * @param code stable, lower-case-with-dashes; what programs should look at
 * @param detail what was wrong and what is allowed, for people
 * @param field where in the request, for example {@code [3].priority}
 * @param line line of a malformed body, from 1
 * @param column column of a malformed body, from 1
 * @param errorId finds the log entry of an internal error
 * @param retryAfterSeconds after which trying again makes sense; becomes the header
 */
public record Problem(
    int status,
    String code,
    String detail,
    @Nullable String field,
    @Nullable Integer line,
    @Nullable Integer column,
    @Nullable String errorId,
    @Nullable Integer retryAfterSeconds) {

  /** Its media type. */
  public static final String CONTENT_TYPE = "application/problem+json";

  public Problem {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("a problem has status 400 to 599, not " + status);
    }
    if (!code.matches("[a-z]+(-[a-z]+)*")) {
      throw new IllegalArgumentException("a code is lower-case-with-dashes, not '" + code + "'");
    }
  }

  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, null, null, null, null, null);
  }

  public Problem withField(@Nullable String value) {
    return new Problem(status, code, detail, value, line, column, errorId, retryAfterSeconds);
  }

  public Problem withPosition(int atLine, int atColumn) {
    return new Problem(status, code, detail, field, atLine, atColumn, errorId, retryAfterSeconds);
  }

  public Problem withErrorId(String value) {
    return new Problem(status, code, detail, field, line, column, value, retryAfterSeconds);
  }

  public Problem withRetryAfter(int seconds) {
    return new Problem(status, code, detail, field, line, column, errorId, seconds);
  }
}
