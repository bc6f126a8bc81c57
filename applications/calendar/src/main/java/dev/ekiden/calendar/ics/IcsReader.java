package dev.ekiden.calendar.ics;

import biweekly.ICalendar;
import biweekly.component.VEvent;
import biweekly.component.VFreeBusy;
import biweekly.io.ParseWarning;
import biweekly.io.text.ICalReader;
import biweekly.parameter.FreeBusyType;
import biweekly.parameter.Range;
import biweekly.property.FreeBusy;
import biweekly.property.RecurrenceId;
import dev.ekiden.calendar.files.ImportProblem;
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
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a calendar is busy: its events (VEVENT) that are neither TRANSPARENT nor CANCELLED,
 * with all repetitions and what single ones were changed to (RECURRENCE-ID), and the busy times of
 * VFREEBUSY. Other components and all other properties are passed over.
 *
 * <p>An event that cannot be understood is told as a problem and does not keep the others from
 * being read. Confined to one call.
 */
public final class IcsReader {

  private static final String UID = "UID";

  /** Properties that say when an event is; a mistake in another one does not matter. */
  private static final Set<String> MATTERS =
      Set.of("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID");

  /** An event and where it stands. */
  private record Located(VEvent event, EventTimes times, int line) {

    int sequence() {
      return event.getSequence() == null || event.getSequence().getValue() == null
          ? 0
          : event.getSequence().getValue();
    }
  }

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
    int next = 0;
    try (ICalReader reader = new ICalReader(text)) {
      @Nullable ICalendar calendar;
      while ((calendar = reader.readNext()) != null) {
        EventTimes times = new EventTimes(calendar.getTimezoneInfo(), zone);
        List<ParseWarning> warnings = List.copyOf(reader.getWarnings());
        for (VEvent event : calendar.getEvents()) {
          IcsLines.Range range = lines.events().get(next++);
          located(new Located(event, times, range.first()), range, warnings, events);
        }
        for (VFreeBusy freeBusy : calendar.getComponents(VFreeBusy.class)) {
          read(freeBusy, times);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Text in memory cannot fail to be read", e);
    }
    events.forEach(this::read);
    problems.sort(Comparator.comparingLong(ImportProblem::line));
    return new IcsContent(blocks, refused, lines.events().size(), problems);
  }

  private void located(
      Located event,
      IcsLines.Range range,
      List<ParseWarning> warnings,
      Map<String, List<Located>> events) {
    @Nullable String uid =
        event.event().getUid() == null ? null : event.event().getUid().getValue();
    if (uid == null || uid.isBlank()) {
      problem(event, new BadEventException(UID, "", "is required: it names the event"));
      return;
    }
    if (uid.length() > IcsLimits.MAXIMUM_UID_LENGTH
        || uid.codePoints().anyMatch(Character::isISOControl)) {
      problem(
          event,
          new BadEventException(
              UID,
              uid,
              "must have at most %d characters, none of control"
                  .formatted(IcsLimits.MAXIMUM_UID_LENGTH)));
      return;
    }
    for (ParseWarning warning : warnings) {
      @Nullable Integer line = warning.getLineNumber();
      @Nullable String property = warning.getPropertyName();
      if (line != null && property != null && range.has(line)) {
        String name = property.toUpperCase(Locale.ROOT);
        if (MATTERS.contains(name)) {
          refused.add(uid);
          problems.add(
              new ImportProblem(file, line, name, "", String.valueOf(warning.getMessage())));
        }
      }
    }
    events.computeIfAbsent(uid, ignored -> new ArrayList<>()).add(event);
  }

  /** All that has one UID: an event, and what some of its repetitions were changed to. */
  private void read(String uid, List<Located> versions) {
    if (refused.contains(uid)) {
      return;
    }
    @Nullable Located master = null;
    NavigableMap<Instant, Located> changed = new TreeMap<>();
    NavigableMap<Instant, Located> changedFromThere = new TreeMap<>();
    for (Located version : versions) {
      try {
        @Nullable RecurrenceId id = version.event().getRecurrenceId();
        if (id == null || id.getValue() == null) {
          master = newer(master, version);
        } else {
          Instant at =
              version.times().instant("RECURRENCE-ID", id.getValue(), version.times().zone(id));
          boolean following = Range.THIS_AND_FUTURE.equals(id.getRange());
          (following ? changedFromThere : changed).merge(at, version, IcsReader::newer);
        }
      } catch (BadEventException e) {
        refuse(uid, version, e);
        return;
      }
    }
    Set<Period> busy = new TreeSet<>(Comparator.comparing(Period::from).thenComparing(Period::to));
    Located current = master == null ? versions.getFirst() : master;
    try {
      if (master != null && isBusy(master.event())) {
        add(busy, master, changed, changedFromThere);
      }
      for (Located version : changed.values()) {
        current = version;
        add(busy, new Occurrences(version.event(), version.times()).only(), version);
      }
    } catch (BadEventException e) {
      refuse(uid, current, e);
      return;
    }
    put(uid, busy);
  }

  private static Located newer(@Nullable Located earlier, Located later) {
    return earlier != null && earlier.sequence() > later.sequence() ? earlier : later;
  }

  private static boolean isBusy(VEvent event) {
    boolean transparent =
        event.getTransparency() != null && event.getTransparency().isTransparent();
    boolean canceled = event.getStatus() != null && event.getStatus().isCancelled();
    return !transparent && !canceled;
  }

  private void add(
      Set<Period> busy,
      Located master,
      NavigableMap<Instant, Located> changed,
      NavigableMap<Instant, Located> changedFromThere) {
    // An event that takes long may have begun before what is asked for.
    new Occurrences(master.event(), master.times())
        .before(to)
        .forEach((at, period) -> {
          Map.@Nullable Entry<Instant, Located> following = changedFromThere.floorEntry(at);
          if (changed.containsKey(at)) {
            return;
          }
          if (following == null) {
            add(busy, period);
          } else if (isBusy(following.getValue().event())) {
            add(busy, moved(at, following));
          }
        });
  }

  /** This and all following ones: moved as far as the first of them, and as long as that. */
  private static @Nullable Period moved(Instant at, Map.Entry<Instant, Located> following) {
    Located version = following.getValue();
    @Nullable Period first = new Occurrences(version.event(), version.times()).only();
    if (first == null) {
      return null;
    }
    long by = first.from().getEpochSecond() - following.getKey().getEpochSecond();
    long length = first.to().getEpochSecond() - first.from().getEpochSecond();
    Instant start = at.plusSeconds(by);
    return new Period(start, start.plusSeconds(length));
  }

  private void add(Set<Period> busy, @Nullable Period period, Located of) {
    if (isBusy(of.event())) {
      add(busy, period);
    }
  }

  private void add(Set<Period> busy, @Nullable Period period) {
    if (period != null && period.to().isAfter(from) && period.from().isBefore(to)) {
      busy.add(period);
    }
  }

  private void read(VFreeBusy freeBusy, EventTimes times) {
    String uid = freeBusy.getUid() == null ? "" : freeBusy.getUid().getValue();
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
        if (start.isBefore(end)) {
          add(busy, new Period(start, end));
        }
      }
    }
    String name = uid == null || uid.isBlank() ? "VFREEBUSY" : uid;
    put(
        name.length() > IcsLimits.MAXIMUM_UID_LENGTH
            ? name.substring(0, IcsLimits.MAXIMUM_UID_LENGTH)
            : name,
        busy);
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

  private void refuse(String uid, Located event, BadEventException failure) {
    refused.add(uid);
    problem(event, failure);
  }

  private void problem(Located event, BadEventException failure) {
    problems.add(
        new ImportProblem(
            file, event.line(), failure.property(), failure.value(), failure.reason()));
  }
}
