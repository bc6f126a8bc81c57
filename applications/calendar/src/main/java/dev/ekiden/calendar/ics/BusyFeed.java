package dev.ekiden.calendar.ics;

import dev.ekiden.calendar.store.BusyTimes.Busy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * When a space is busy, as iCalendar. It tells times and nothing else: no names, no prices, no
 * reasons, and bookings that touch are one. All lines are ASCII and shorter than 75 characters, so
 * none has to be folded or escaped. Immutable.
 *
 * @param id makes the UIDs of one feed different from those of others
 * @param changedAt since when it says this
 */
record BusyFeed(long id, Instant from, Instant to, List<Busy> busy, Instant changedAt) {

  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** An event for each busy time: what calendar programs show and subscribe to. */
  String events() {
    StringBuilder text = begin();
    for (Busy time : busy) {
      line(text, "BEGIN:VEVENT");
      line(text, "UID:" + UTC.format(time.from()) + "-" + id + "@ekiden");
      line(text, "DTSTAMP:" + UTC.format(changedAt));
      line(text, "DTSTART:" + UTC.format(time.from()));
      line(text, "DTEND:" + UTC.format(time.to()));
      line(text, "SUMMARY:Busy");
      line(text, "TRANSP:OPAQUE");
      line(text, "END:VEVENT");
    }
    return end(text);
  }

  /** One VFREEBUSY: what scheduling programs read. */
  String freeBusy() {
    StringBuilder text = begin();
    line(text, "BEGIN:VFREEBUSY");
    line(text, "UID:freebusy-" + id + "@ekiden");
    line(text, "DTSTAMP:" + UTC.format(changedAt));
    line(text, "DTSTART:" + UTC.format(from));
    line(text, "DTEND:" + UTC.format(to));
    for (Busy time : busy) {
      line(text, "FREEBUSY:" + UTC.format(time.from()) + "/" + UTC.format(time.to()));
    }
    line(text, "END:VFREEBUSY");
    return end(text);
  }

  /** One VAVAILABILITY whose available times are those between: what CalDAV servers read. */
  String availability() {
    StringBuilder text = begin();
    line(text, "BEGIN:VAVAILABILITY");
    line(text, "UID:availability-" + id + "@ekiden");
    line(text, "DTSTAMP:" + UTC.format(changedAt));
    line(text, "DTSTART:" + UTC.format(from));
    line(text, "DTEND:" + UTC.format(to));
    line(text, "BUSYTYPE:BUSY");
    Instant free = from;
    for (Busy time : busy) {
      available(text, free, time.from());
      free = time.to();
    }
    available(text, free, to);
    line(text, "END:VAVAILABILITY");
    return end(text);
  }

  private void available(StringBuilder text, Instant start, Instant end) {
    if (start.isBefore(end)) {
      line(text, "BEGIN:AVAILABLE");
      line(text, "UID:" + "free-" + UTC.format(start) + "-" + id + "@ekiden");
      line(text, "DTSTAMP:" + UTC.format(changedAt));
      line(text, "DTSTART:" + UTC.format(start));
      line(text, "DTEND:" + UTC.format(end));
      line(text, "END:AVAILABLE");
    }
  }

  private static StringBuilder begin() {
    StringBuilder text = new StringBuilder();
    line(text, "BEGIN:VCALENDAR");
    line(text, "VERSION:2.0");
    line(text, "PRODID:-//Ekiden//Calendar//EN");
    line(text, "METHOD:PUBLISH");
    line(text, "REFRESH-INTERVAL;VALUE=DURATION:PT15M");
    line(text, "X-PUBLISHED-TTL:PT15M");
    return text;
  }

  private static String end(StringBuilder text) {
    line(text, "END:VCALENDAR");
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append("\r\n");
  }
}
