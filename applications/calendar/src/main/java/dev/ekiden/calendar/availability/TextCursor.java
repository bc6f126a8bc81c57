package dev.ekiden.calendar.availability;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the small notations of hours and prices from left to right; every mistake is reported with
 * its position. Confined to one parse call.
 */
final class TextCursor {

  /** The longest text, in characters. */
  static final int MAXIMUM_LENGTH = 20_000;

  private final String field;
  private final String text;
  private int position;

  TextCursor(String field, String text) {
    this.field = field;
    this.text = text;
    new Checks()
        .that(
            text.length() <= MAXIMUM_LENGTH,
            field,
            text,
            "must be at most " + MAXIMUM_LENGTH + " characters")
        .done();
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == text.length();
  }

  char current() {
    return atEnd() ? '\0' : text.charAt(position);
  }

  void skipSpaces() {
    while (!atEnd() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  /** Steps over the character if it is the next one. */
  boolean accept(char character) {
    if (current() != character || atEnd()) {
      return false;
    }
    position++;
    return true;
  }

  boolean accept(String word) {
    if (!text.regionMatches(true, position, word, 0, word.length())) {
      return false;
    }
    position += word.length();
    return true;
  }

  void expectEnd() {
    skipSpaces();
    if (!atEnd()) {
      throw mistake(position, "expected nothing more");
    }
  }

  /** The error for a mistake at an index of the text; positions are told from 1. */
  InvalidValueException mistake(int index, String reason) {
    String found = index < text.length() ? "'" + wordAt(index) + "'" : "the end";
    return new InvalidValueException(
        field, text, "character " + (index + 1) + ", at " + found + ": " + reason);
  }

  /** {@code mon-fri,hol}: names and ranges of weekdays, a range may run over Sunday. */
  Set<DayKind> days() {
    Set<DayKind> days = EnumSet.noneOf(DayKind.class);
    do {
      skipSpaces();
      int start = position;
      DayKind first = day();
      DayKind last = accept('-') ? day() : first;
      if (first != last && !(first.isWeekday() && last.isWeekday())) {
        throw mistake(start, "a range of days runs between weekdays; write hol by itself");
      }
      for (DayKind day = first; addOnce(days, day, start) != last; ) {
        day = day.next();
      }
      skipSpaces();
    } while (accept(','));
    return days;
  }

  private DayKind addOnce(Set<DayKind> days, DayKind day, int start) {
    if (!days.add(day)) {
      throw mistake(start, "the day " + day.text() + " is named twice");
    }
    return day;
  }

  /** {@code any}, {@code special:NAME}, or days. */
  PriceDays priceDays() {
    skipSpaces();
    if (accept(PriceDays.ANY)) {
      return new PriceDays.Any();
    }
    if (accept(PriceDays.SPECIAL)) {
      return new PriceDays.InSpecialPeriod(name());
    }
    return new PriceDays.OnDays(days());
  }

  private DayKind day() {
    int start = position;
    while (Character.isLetter(current())) {
      position++;
    }
    String word = text.substring(start, position).toLowerCase(Locale.ROOT);
    for (DayKind kind : DayKind.values()) {
      if (kind.text().equals(word)) {
        return kind;
      }
    }
    throw mistake(start, "expected one of mon, tue, wed, thu, fri, sat, sun, hol");
  }

  /** Whether digits and a colon come next: a time, not an amount. */
  boolean startsTime() {
    int index = position;
    while (index < text.length() && Character.isDigit(text.charAt(index))) {
      index++;
    }
    return index > position && index < text.length() && text.charAt(index) == ':';
  }

  /** {@code 09:00-18:00}. */
  TimeRange timeRange() {
    int start = position;
    int startMinute = clock();
    skipSpaces();
    if (!accept('-')) {
      throw mistake(position, "expected '-' and the end of the range, such as 09:00-18:00");
    }
    skipSpaces();
    int endMinute = clock();
    try {
      return new TimeRange(startMinute, endMinute);
    } catch (InvalidValueException refused) {
      Problem first = refused.problems().getFirst();
      throw mistake(start, first.field() + " " + first.value() + " " + first.reason());
    }
  }

  private int clock() {
    int start = position;
    int hour = twoDigits();
    if (!accept(':')) {
      throw mistake(start, "expected a time such as 09:00");
    }
    int minute = twoDigits();
    if (hour < 0 || minute < 0 || minute > 59 || Character.isDigit(current())) {
      throw mistake(start, "expected a time such as 09:00, from 00:00 to 48:00");
    }
    return hour * 60 + minute;
  }

  /** Two ASCII digits, or -1. */
  private int twoDigits() {
    int value = 0;
    for (int digit = 0; digit < 2; digit++) {
      if (current() < '0' || current() > '9') {
        return -1;
      }
      value = value * 10 + current() - '0';
      position++;
    }
    return value;
  }

  /** A whole amount of money without sign, separators or fraction. */
  long amount() {
    int start = position;
    while (current() >= '0' && current() <= '9') {
      position++;
    }
    boolean ends = atEnd() || current() == ';' || Character.isWhitespace(current());
    if (position == start || !ends || position - start > 18) {
      throw mistake(start, "expected an amount per hour in whole minor units, such as 2000");
    }
    return Long.parseLong(text, start, position, 10);
  }

  /** A name in double quotes (a doubled quote stands for one), or up to the next white space. */
  String name() {
    int start = position;
    StringBuilder name = new StringBuilder();
    if (accept('"')) {
      while (true) {
        if (atEnd()) {
          throw mistake(start, "the quoted name has no closing quote");
        }
        char character = text.charAt(position++);
        if (character == '"' && !accept('"')) {
          break;
        }
        name.append(character);
      }
    } else {
      while (!atEnd() && !Character.isWhitespace(current()) && current() != ';') {
        name.append(text.charAt(position++));
      }
    }
    if (name.isEmpty()) {
      throw mistake(start, "expected the name of a special period");
    }
    return name.toString();
  }

  private String wordAt(int index) {
    int end = index;
    while (end < text.length() && end - index < 20 && " ;,\n\t".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(index, Math.max(end, index + 1));
  }
}
