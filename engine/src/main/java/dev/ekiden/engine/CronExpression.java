package dev.ekiden.engine;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Objects;
import java.util.Optional;

/** A parsed cron expression: five Unix fields, minute to day of week. Immutable. */
final class CronExpression {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  /** Leap days come at least every eight years; what has not fired by then never does. */
  private static final Instant REFERENCE = Instant.parse("2000-01-01T00:00:00Z");

  private final ExecutionTime execution;
  private final boolean everyHour;

  private CronExpression(ExecutionTime execution, boolean everyHour) {
    this.execution = execution;
    this.everyHour = everyHour;
  }

  /**
   * @throws InvalidRequestException when the text is not a cron expression, or one that no date
   *     ever matches
   */
  static CronExpression parse(String text) {
    Objects.requireNonNull(text, "expression");
    CronExpression cron;
    try {
      ExecutionTime execution = ExecutionTime.forCron(PARSER.parse(text).validate());
      cron = new CronExpression(execution, text.strip().split("\\s+", -1)[1].equals("*"));
    } catch (IllegalArgumentException e) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_CRON,
          "'%s' is not a cron expression (minute hour day-of-month month day-of-week): %s"
              .formatted(text, e.getMessage()),
          e);
    }
    if (cron.next(REFERENCE, ZoneOffset.UTC).isEmpty()) {
      throw new InvalidRequestException(
          ErrorCode.CRON_NEVER_FIRES, "the cron expression '" + text + "' matches no date");
    }
    return cron;
  }

  /**
   * The first firing after an instant. Where a clock change skips the local time of a firing, it
   * fires at the moment of the change, unless the expression fires every hour anyway.
   */
  Optional<Instant> next(Instant after, ZoneId zone) {
    Optional<Instant> regular = nextThatExists(after, zone);
    if (everyHour) {
      return regular;
    }
    ZoneOffsetTransition change = zone.getRules().nextTransition(after);
    while (change != null && isBefore(change, regular)) {
      if (change.isGap() && firesBetween(change.getDateTimeBefore(), change.getDateTimeAfter())) {
        return Optional.of(change.getInstant());
      }
      change = zone.getRules().nextTransition(change.getInstant());
    }
    return regular;
  }

  private Optional<Instant> nextThatExists(Instant after, ZoneId zone) {
    return execution.nextExecution(after.atZone(zone)).map(ZonedDateTime::toInstant);
  }

  private static boolean isBefore(ZoneOffsetTransition change, Optional<Instant> firing) {
    return firing.isPresent() && change.getInstant().isBefore(firing.get());
  }

  /** Whether the expression matches a wall-clock time from one to before another. */
  private boolean firesBetween(LocalDateTime from, LocalDateTime before) {
    return nextThatExists(from.minusNanos(1).toInstant(ZoneOffset.UTC), ZoneOffset.UTC)
        .filter(firing -> firing.isBefore(before.toInstant(ZoneOffset.UTC)))
        .isPresent();
  }
}
