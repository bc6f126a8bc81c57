package dev.ekiden.calendar.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.PriceTerms;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import dev.ekiden.calendar.availability.Venue;
import dev.ekiden.calendar.store.ResourceUse;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The cells of the rows of each file, in the order of {@link #begin}'s header. */
final class Cells {

  private Cells() {}

  /** Begins a file with all its columns, the required ones first. */
  static CsvWriter begin(CalendarFile file, OutputStream output) {
    CsvWriter csv =
        CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(output, StandardCharsets.UTF_8);
    csv.writeRecord(Stream.concat(file.required().stream(), file.optional().stream()).toList());
    return csv;
  }

  static List<String> venue(Venue venue) {
    return List.of(venue.code(), venue.name(), venue.zone().getId(), venue.holidayCalendar());
  }

  static List<String> space(String venueCode, Space space, List<ResourceUse> uses) {
    String resources = String.join(" ", uses.stream().map(ResourceUse::text).toList());
    return List.of(
        space.code(), venueCode, space.name(), resources, Integer.toString(space.capacity()));
  }

  static List<String> plan(String spaceCode, Plan plan) {
    return List.of(
        plan.code(),
        spaceCode,
        plan.name(),
        Boolean.toString(plan.published()),
        Integer.toString(plan.rules().unitMinutes()),
        Integer.toString(plan.rules().startAlignmentMinutes()),
        Integer.toString(plan.rules().minimumMinutes()),
        Integer.toString(plan.rules().maximumMinutes()),
        Integer.toString(plan.rules().bufferBeforeMinutes()),
        Integer.toString(plan.rules().bufferAfterMinutes()),
        Integer.toString(plan.rules().minimumNoticeMinutes()),
        Integer.toString(plan.rules().bookingWindowDays()),
        Integer.toString(plan.policy().approvalMinutes()),
        Integer.toString(plan.policy().freeCancelMinutes()),
        Integer.toString(plan.policy().cancelFeePercent()));
  }

  static List<String> specialPeriod(Space space, SpecialPeriod period) {
    return List.of(
        space.code(),
        period.from().toString(),
        period.to().toString(),
        period.name(),
        period.hoursText());
  }

  static List<String> closure(Space space, Closure closure) {
    return List.of(
        space.code(), closure.from().toString(), closure.to().toString(), closure.reason());
  }

  static List<String> prices(Plan plan) {
    PriceTerms terms = plan.prices().terms();
    return List.of(
        plan.code(),
        plan.prices().rulesText(),
        terms.currency().getCurrencyCode(),
        terms.dayPrice().isPresent() ? Long.toString(terms.dayPrice().getAsLong()) : "",
        Long.toString(terms.minimumAmount()),
        terms.taxPercent().stripTrailingZeros().toPlainString(),
        Boolean.toString(terms.taxIncluded()));
  }

  /** Business hours. */
  static List<String> hours(Space space) {
    return List.of(space.businessHours().text(), space.code(), "");
  }

  /** Rentable hours. */
  static List<String> hours(Plan plan) {
    return List.of(plan.rentableHours().text(), "", plan.code());
  }
}
