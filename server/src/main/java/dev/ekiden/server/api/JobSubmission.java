package dev.ekiden.server.api;

import dev.ekiden.engine.EngineException;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Required;
import dev.ekiden.server.http.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A job as a client asks for it. */
record JobSubmission(
    @Required String definition,
    @Nullable JsonNode payload,
    @Nullable Map<String, String> parameters,
    @Nullable Integer priority,
    @Nullable KeySubmission key,
    @Nullable String group,
    @Nullable BigDecimal delaySeconds,
    @Nullable Instant startAt) {

  /** How long a unique key is remembered unless the client says otherwise. */
  static final Duration DEFAULT_WINDOW = Duration.ofHours(24);

  /** A key as a client asks for it. */
  record KeySubmission(
      @Required String kind,
      @Required String value,
      @Nullable BigDecimal windowSeconds,
      @Nullable Integer running,
      @Nullable Boolean holdOnFailure) {

    Key key() {
      if (windowSeconds != null && !kind.equals("unique")) {
        throw invalid("key.windowSeconds", "only a unique key has windowSeconds");
      }
      if (running != null && !kind.equals("limit")) {
        throw invalid("key.running", "only a limit key has running");
      }
      if (holdOnFailure != null && !kind.equals("serial")) {
        throw invalid("key.holdOnFailure", "only a serial key has holdOnFailure");
      }
      return switch (kind) {
        case "coalesce" -> Key.coalesce(value);
        case "serial" ->
            Boolean.TRUE.equals(holdOnFailure)
                ? Key.serial(value).holdOnFailure()
                : Key.serial(value);
        case "limit" -> {
          if (running == null) {
            throw invalid("key.running", "a limit key needs running, how many may run at once");
          }
          yield Key.limit(value, running);
        }
        case "unique" ->
            Key.unique(
                value,
                windowSeconds == null
                    ? DEFAULT_WINDOW
                    : Seconds.duration("key.windowSeconds", windowSeconds));
        default ->
            throw invalid(
                "key.kind", "kind must be coalesce, serial, limit or unique, not '" + kind + "'");
      };
    }
  }

  /**
   * The same with its parameters as payload, checked against its definition.
   *
   * @param path where the submission stands in the body
   * @throws ProblemException naming the parameter that is wrong
   */
  JobSubmission checked(Commands commands, String path) {
    if (parameters == null) {
      commands.check(definition, payload, String.valueOf(join(path, "payload")));
      return this;
    }
    if (payload != null && !payload.isNull()) {
      throw invalid(
          String.valueOf(join(path, "parameters")), "give payload or parameters, not both");
    }
    return new JobSubmission(
        definition,
        commands.payload(definition, parameters, String.valueOf(join(path, "parameters"))),
        null,
        priority,
        key,
        group,
        delaySeconds,
        startAt);
  }

  /**
   * The request it stands for.
   *
   * @param path where the submission stands in the body, for messages; empty or like {@code [3]}
   * @throws ProblemException naming the field that is wrong
   */
  JobRequest request(String path) {
    try {
      return request();
    } catch (EngineException e) {
      Problem problem = Problems.of(e, "");
      throw new ProblemException(problem.withField(join(path, field(e.code()))), e);
    } catch (ProblemException e) {
      String field = e.problem().field();
      throw new ProblemException(e.problem().withField(join(path, field == null ? "" : field)), e);
    }
  }

  private JobRequest request() {
    if (delaySeconds != null && startAt != null) {
      throw invalid("startAt", "give delaySeconds or startAt, not both");
    }
    JobRequest request = JobRequest.of(definition, payload);
    if (priority != null) {
      request = request.withPriority(priority);
    }
    if (key != null) {
      request = request.withKey(key.key());
    }
    if (group != null) {
      request = request.withGroup(group);
    }
    if (delaySeconds != null) {
      request = request.withDelay(Seconds.duration("delaySeconds", delaySeconds));
    }
    return startAt == null ? request : request.startingAt(startAt);
  }

  private String field(ErrorCode code) {
    return switch (code) {
      case INVALID_NAME, UNKNOWN_DEFINITION -> "definition";
      case INVALID_PAYLOAD, PAYLOAD_TOO_LARGE -> "payload";
      case INVALID_PRIORITY -> "priority";
      case INVALID_KEY -> "key";
      case INVALID_TIME -> startAt == null ? "delaySeconds" : "startAt";
      case UNKNOWN_QUEUE,
          UNKNOWN_JOB,
          UNKNOWN_SCHEDULE,
          UNKNOWN_BUSINESS_CALENDAR,
          INVALID_ZONE,
          INVALID_CRON,
          CRON_NEVER_FIRES,
          INVALID_RATE,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_OPTION,
          INVALID_LIMIT,
          UNKNOWN_LIMIT,
          UNKNOWN_GROUP,
          TOO_MANY_JOBS,
          JOB_STATE,
          CONFLICT ->
          "";
    };
  }

  private static @Nullable String join(String path, String field) {
    String joined = path.isEmpty() || field.isEmpty() ? path + field : path + "." + field;
    return joined.isEmpty() ? null : joined;
  }

  private static ProblemException invalid(String field, String detail) {
    return new ProblemException(Problem.of(422, "invalid-field", detail).withField(field));
  }
}
