package dev.ekiden.calendar.ics;

import biweekly.ICalendar;
import biweekly.component.ICalComponent;
import biweekly.component.VEvent;
import biweekly.component.VFreeBusy;
import biweekly.io.ParseWarning;
import biweekly.io.text.ICalReader;
import biweekly.parameter.FreeBusyType;
import biweekly.property.FreeBusy;
import biweekly.property.Uid;
import dev.ekiden.calendar.files.ImportProblem;
import dev.ekiden.calendar.ics.EventSeries.Located;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a calendar is busy: its events (VEVENT) that are neither TRANSPARENT nor CANCELLED,
 * with all repetitions and what single ones were changed to (RECURRENCE-ID), the busy times of
 * VFREEBUSY, and what a VAVAILABILITY says is not available. Other components and all other
 * properties are passed over.
 *
 * <p>An event that cannot be understood is told as a problem and does not keep the others from
 * being read. Confined to one call.
 */
public final class IcsReader {

  private static final String UID = "UID";

  /** Properties that say when an event is; a mistake in another one does not matter. */
  private static final Set<String> MATTERS =
      Set.of(
          "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "PRIORITY");

  private final String file;
  private final ZoneId zone;
  private final Instant from;
  private final Instant to;
  private final Map<String, Set<Period>> blocks = new HashMap<>();
  private final Set<String> refused = new HashSet<>();
  private final List<ImportProblem> problems = new ArrayList<>();
  private int count;

  private IcsReader(String file, ZoneId zone, Instant from, Instant to) {
    this.file = file;
    this.zone = zone;
    this.from = from;
    this.to = to;
  }

  /**
   * Reads a calendar.
   *
   * @param file what problems call it
   * @param content UTF-8
   * @param zone the clock of the venue, for days and times without a zone
   * @param from blocks that end before are left out
   * @param to blocks that start then or later are left out
   * @throws MalformedIcsException if it is no calendar or beyond {@link IcsLimits}
   */
  public static IcsContent read(
      String file, byte[] content, ZoneId zone, Instant from, Instant to) {
    if (content.length > IcsLimits.MAXIMUM_BYTES) {
      throw new MalformedIcsException(
          "a calendar may have at most %d bytes, not %d"
              .formatted(IcsLimits.MAXIMUM_BYTES, content.length));
    }
    return new IcsReader(file, zone, from, to).read(content);
  }

  private IcsContent read(byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    IcsLines lines = IcsLines.of(text);
    Map<String, List<Located>> events = new LinkedHashMap<>();
    List<SaidAvailability> said = new ArrayList<>();
    int next = 0;
    int nextAvailability = 0;
    try (ICalReader reader = new ICalReader(text)) {
      VAvailability.register(reader);
      @Nullable ICalendar calendar;
      while ((calendar = reader.readNext()) != null) {
        EventTimes times = new EventTimes(calendar.getTimezoneInfo(), zone);
        List<ParseWarning> warnings = List.copyOf(reader.getWarnings());
        for (VEvent event : calendar.getEvents()) {
          IcsLines.Range range = lines.events().get(next++);
          located(new Located(event, times, range.first()), range, warnings, events);
        }
        for (VAvailability availability : calendar.getComponents(VAvailability.class)) {
          IcsLines.Range range = lines.availabilities().get(nextAvailability++);
          read(availability, times, range, warnings, said);
        }
        for (VFreeBusy freeBusy : calendar.getComponents(VFreeBusy.class)) {
          read(freeBusy, times);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Text in memory cannot fail to be read", e);
    }
    events.forEach(this::read);
    AvailabilityBlocks.of(said, from, to).forEach(this::put);
    problems.sort(Comparator.comparingLong(ImportProblem::line));
    int count = lines.events().size() + lines.availabilities().size();
    return new IcsContent(blocks, refused, count, problems);
  }

  private void located(
      Located event,
      IcsLines.Range range,
      List<ParseWarning> warnings,
      Map<String, List<Located>> events) {
    @Nullable String uid =
        event.event().getUid() == null ? null : event.event().getUid().getValue();
    if (uid == null || uid.isBlank()) {
      problem(new BadEventException(UID, "", "is required: it names the event").at(event.line()));
      return;
    }
    if (uid.length() > IcsLimits.MAXIMUM_UID_LENGTH
        || uid.codePoints().anyMatch(Character::isISOControl)) {
      problem(
          new BadEventException(
                  UID,
                  uid,
                  "must have at most %d characters, none of control"
                      .formatted(IcsLimits.MAXIMUM_UID_LENGTH))
              .at(event.line()));
      return;
    }
    isWarned(uid, range, warnings);
    events.computeIfAbsent(uid, ignored -> new ArrayList<>()).add(event);
  }

  /** Whether a property that matters could not be read; the event is refused then. */
  private boolean isWarned(String uid, IcsLines.Range range, List<ParseWarning> warnings) {
    boolean warned = false;
    for (ParseWarning warning : warnings) {
      @Nullable Integer line = warning.getLineNumber();
      @Nullable String property = warning.getPropertyName();
      if (line != null && property != null && range.has(line)) {
        String name = property.toUpperCase(Locale.ROOT);
        if (MATTERS.contains(name)) {
          warned = true;
          refused.add(uid);
          problems.add(
              new ImportProblem(file, line, name, "", String.valueOf(warning.getMessage())));
        }
      }
    }
    return warned;
  }

  private void read(String uid, List<Located> versions) {
    if (refused.contains(uid)) {
      return;
    }
    try {
      put(uid, EventSeries.times(versions, from, to));
    } catch (BadEventException e) {
      refuse(uid, e);
    }
  }

  private void read(
      VAvailability availability,
      EventTimes times,
      IcsLines.Range range,
      List<ParseWarning> warnings,
      List<SaidAvailability> said) {
    String uid = uid(availability, "VAVAILABILITY");
    if (isWarned(uid, range, warnings)) {
      return;
    }
    try {
      said.add(SaidAvailability.of(uid, availability, times, range.first(), to));
    } catch (BadEventException e) {
      refuse(uid, e);
    }
  }

  private void read(VFreeBusy freeBusy, EventTimes times) {
    Set<Period> busy = new TreeSet<>(Comparator.comparing(Period::from).thenComparing(Period::to));
    for (FreeBusy property : freeBusy.getFreeBusy()) {
      if (FreeBusyType.FREE.equals(property.getType())) {
        continue;
      }
      for (biweekly.util.Period period : property.getValues()) {
        Instant start = times.instant("FREEBUSY", period.getStartDate(), EventTimes.UTC);
        Instant end =
            period.getEndDate() == null
                ? start.plusMillis(period.getDuration().toMillis())
                : times.instant("FREEBUSY", period.getEndDate(), EventTimes.UTC);
        if (start.isBefore(end) && end.isAfter(from) && start.isBefore(to)) {
          busy.add(new Period(start, end));
        }
      }
    }
    put(uid(freeBusy, "VFREEBUSY"), busy);
  }

  /** The UID, which these components need not have, as far as it can be kept. */
  private static String uid(ICalComponent component, String otherwise) {
    @Nullable Uid uid = component.getProperty(Uid.class);
    @Nullable String value = uid == null ? null : uid.getValue();
    String name = value == null || value.isBlank() ? otherwise : value;
    return name.length() > IcsLimits.MAXIMUM_UID_LENGTH
        ? name.substring(0, IcsLimits.MAXIMUM_UID_LENGTH)
        : name;
  }

  private void put(String uid, Set<Period> busy) {
    if (busy.isEmpty()) {
      return;
    }
    Set<Period> stored = blocks.computeIfAbsent(uid, ignored -> new HashSet<>());
    int before = stored.size();
    stored.addAll(busy);
    count += stored.size() - before;
    if (count > IcsLimits.MAXIMUM_BLOCKS) {
      throw new MalformedIcsException(
          "a calendar may block at most %d times until %s; this one has more"
              .formatted(IcsLimits.MAXIMUM_BLOCKS, to));
    }
  }

  private void refuse(String uid, BadEventException failure) {
    refused.add(uid);
    problem(failure);
  }

  private void problem(BadEventException failure) {
    problems.add(
        new ImportProblem(
            file, failure.line(), failure.property(), failure.value(), failure.reason()));
  }
}
