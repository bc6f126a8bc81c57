package dev.ekiden.server.http;

import dev.ekiden.engine.ConflictException;
import dev.ekiden.engine.EngineException;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.InvalidRequestException;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.postgres.Database;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import io.javalin.http.HttpResponseException;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure of a handler into the problem that the client sees. */
public final class Problems {
  /** When to try again while the database is away. */
  public static final int DATABASE_RETRY_SECONDS = 2;

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** The problem of a failure; one that is our own mistake is logged with an id. */
  public static Problem of(Throwable failure, String what) {
    return switch (failure) {
      case ProblemException e -> e.problem();
      case EngineException e -> ofEngine(e);
      case HttpResponseException e -> ofStatus(e.getStatus());
      default ->
          Database.isTransient(failure) ? databaseAway(failure, what) : internal(failure, what);
    };
  }

  /** The problem of an engine error with a status that the caller knows better. */
  public static Problem of(int status, EngineException failure) {
    return Problem.of(status, code(failure.code()), String.valueOf(failure.getMessage()));
  }

  /** The code of an engine error on the wire. */
  public static String code(ErrorCode code) {
    return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Problem ofEngine(EngineException failure) {
    int status =
        switch (failure) {
          case InvalidRequestException e -> status(e.code());
          case NotFoundException e -> 404;
          case ConflictException e -> 409;
        };
    return of(status, failure);
  }

  private static int status(ErrorCode code) {
    return switch (code) {
      case PAYLOAD_TOO_LARGE, TOO_MANY_JOBS -> 413;
      case INVALID_CURSOR, INVALID_FILTER -> 400;
      case JOB_STATE, CONFLICT -> 409;
      case UNKNOWN_DEFINITION,
          UNKNOWN_QUEUE,
          UNKNOWN_JOB,
          UNKNOWN_SCHEDULE,
          UNKNOWN_BUSINESS_CALENDAR,
          INVALID_NAME,
          INVALID_PAYLOAD,
          INVALID_PRIORITY,
          INVALID_KEY,
          INVALID_TIME,
          INVALID_ZONE,
          INVALID_CRON,
          CRON_NEVER_FIRES,
          INVALID_RATE,
          INVALID_OPTION,
          INVALID_LIMIT,
          UNKNOWN_LIMIT,
          UNKNOWN_GROUP ->
          422;
    };
  }

  private static Problem ofStatus(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "unknown-path", "nothing is found at this path");
      case 405 -> Problem.of(405, "method-not-allowed", "the path does not know this method");
      case 413 -> Problem.of(413, "body-too-large", "the body is too large");
      default -> Problem.of(Math.max(400, status), "refused", "the request was refused");
    };
  }

  private static Problem databaseAway(Throwable failure, String what) {
    log.warn("{}: the database does not answer: {}", what, failure.toString());
    return Problem.of(
            503,
            "database-unavailable",
            "PostgreSQL does not answer at the moment; nothing was changed unless it had already"
                + " been committed. Try again")
        .withRetryAfter(DATABASE_RETRY_SECONDS);
  }

  private static Problem internal(Throwable failure, String what) {
    String id = Long.toString(ThreadLocalRandom.current().nextLong(1L << 50), 36);
    log.error("{} failed (error {})", what, id, failure);
    return Problem.of(
            500, "internal-error", "something went wrong; the server's log has it as error " + id)
        .withErrorId(id);
  }
}
