package dev.ekiden.calendar.ics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where events and availabilities of a text stand, so that problems can name lines; and whether the
 * text is whole: a download that broke off must not look like a calendar from which events have
 * gone.
 */
record IcsLines(List<Range> events, List<Range> availabilities) {

  /** First and last line of an event, counted from 1. */
  record Range(int first, int last) {
    boolean has(int line) {
      return first <= line && line <= last;
    }
  }

  /**
   * @throws MalformedIcsException if it is no calendar, cut off, or has too many events
   */
  static IcsLines of(String text) {
    List<Range> events = new ArrayList<>();
    List<String> open = new ArrayList<>();
    List<Range> availabilities = new ArrayList<>();
    int eventStart = 0;
    int availabilityStart = 0;
    int available = 0;
    int calendars = 0;
    int number = 0;
    for (String raw : (Iterable<String>) text.lines()::iterator) {
      number++;
      String line = raw.strip().toUpperCase(Locale.ROOT);
      if (calendars == 0 && open.isEmpty() && !line.isEmpty() && !line.equals("BEGIN:VCALENDAR")) {
        throw new MalformedIcsException(
            "line %d must be BEGIN:VCALENDAR: the text is no iCalendar".formatted(number));
      }
      if (line.startsWith("BEGIN:")) {
        open.add(line.substring(6));
        if (line.equals("BEGIN:VEVENT")) {
          eventStart = number;
        } else if (line.equals("BEGIN:VAVAILABILITY")) {
          availabilityStart = number;
        }
      } else if (line.startsWith("END:")) {
        String name = line.substring(4);
        if (open.isEmpty() || !open.removeLast().equals(name)) {
          throw new MalformedIcsException(
              "line %d ends %s, which is not what was begun last".formatted(number, name));
        }
        if (name.equals("VEVENT")) {
          events.add(new Range(eventStart, number));
        } else if (name.equals("VAVAILABILITY")) {
          availabilities.add(new Range(availabilityStart, number));
        } else if (name.equals("AVAILABLE")) {
          available++;
        } else if (name.equals("VCALENDAR")) {
          calendars++;
        }
      }
    }
    if (calendars == 0 && open.isEmpty()) {
      throw new MalformedIcsException("the text is empty; it must have BEGIN:VCALENDAR");
    }
    if (!open.isEmpty()) {
      throw new MalformedIcsException(
          "the text is cut off: after line %d there must be END:%s"
              .formatted(number, open.getLast()));
    }
    if (events.size() + available > IcsLimits.MAXIMUM_EVENTS) {
      throw new MalformedIcsException(
          "a calendar may have at most %d events, not %d"
              .formatted(IcsLimits.MAXIMUM_EVENTS, events.size() + available));
    }
    if (availabilities.size() > IcsLimits.MAXIMUM_AVAILABILITIES) {
      throw new MalformedIcsException(
          "a calendar may have at most %d VAVAILABILITY, not %d"
              .formatted(IcsLimits.MAXIMUM_AVAILABILITIES, availabilities.size()));
    }
    return new IcsLines(events, availabilities);
  }
}
