package dev.ekiden.calendar.bulk;

import dev.ekiden.calendar.availability.Availability;
import dev.ekiden.calendar.availability.FreeSlot;
import dev.ekiden.calendar.read.CalendarReader;
import dev.ekiden.calendar.read.ReadCalendar;
import dev.ekiden.calendar.store.CachedDay;
import dev.ekiden.calendar.store.SearchTable.Candidate;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** A line of JSON for each day of a plan: when it is free, for how much, with how many units. */
public final class PlanLines {

  /** Free slots one after the other, of one price and with equally many units. */
  public record Range(OffsetDateTime start, OffsetDateTime end, long amount, int units) {}

  /** What a plan offers on a day. */
  public record Line(
      String venue,
      String space,
      String plan,
      LocalDate day,
      String zone,
      String currency,
      int slotMinutes,
      long version,
      List<Range> free) {}

  private PlanLines() {}

  /** Writes the days of a plan that are cached; how many lines. */
  static int write(Candidate plan, Instant now, OutputStream out) throws IOException {
    List<Line> lines = of(plan, now);
    for (Line line : lines) {
      out.write(Json.MAPPER.writeValueAsString(line).getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    }
    return lines.size();
  }

  /** The days of a plan that are cached. */
  static List<Line> of(Candidate plan, Instant now) {
    ReadCalendar calendar = CalendarReader.read(plan.calendar());
    List<Line> lines = new ArrayList<>();
    for (CachedDay day : plan.calendar().days()) {
      lines.add(
          new Line(
              plan.venueCode(),
              plan.spaceCode(),
              plan.planCode(),
              day.day(),
              plan.zone().getId(),
              calendar.terms().priceTerms().currency().getCurrencyCode(),
              calendar.terms().rules().slotMinutes(),
              plan.calendar().truthVersion(),
              free(calendar.availability(), day.day(), plan.zone(), now)));
    }
    return lines;
  }

  private static List<Range> free(
      Availability availability, LocalDate day, ZoneId zone, Instant now) {
    Instant from = day.atTime(LocalTime.MIDNIGHT).atZone(zone).toInstant();
    Instant to = day.plusDays(1).atTime(LocalTime.MIDNIGHT).atZone(zone).toInstant();
    List<Range> ranges = new ArrayList<>();
    for (FreeSlot slot : availability.slots(from, to, now)) {
      Range range =
          new Range(
              slot.start().atZone(zone).toOffsetDateTime(),
              slot.end().atZone(zone).toOffsetDateTime(),
              slot.amount(),
              availability.unitsFree(slot.start(), slot.end()));
      if (ranges.isEmpty() || !continues(ranges.getLast(), range)) {
        ranges.add(range);
      } else {
        Range first = ranges.removeLast();
        ranges.add(new Range(first.start(), range.end(), range.amount(), range.units()));
      }
    }
    return ranges;
  }

  private static boolean continues(Range before, Range next) {
    return before.end().isEqual(next.start())
        && before.amount() == next.amount()
        && before.units() == next.units();
  }
}
