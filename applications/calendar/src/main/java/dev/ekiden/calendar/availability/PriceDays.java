package dev.ekiden.calendar.availability;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The days a price rule speaks of.
 *
 * <p>Notation: {@code any}; days as in {@link WeeklyHours}, such as {@code sat,sun,hol}; {@code
 * special:年末年始}, the name in double quotes if it holds white space, a semicolon or a quote.
 * Immutable.
 */
public sealed interface PriceDays {

  /** Every day. */
  record Any() implements PriceDays {
    @Override
    public String text() {
      return ANY;
    }
  }

  /** The named weekdays (whether holiday or not), and public holidays if HOLIDAY is among them. */
  record OnDays(Set<DayKind> kinds) implements PriceDays {
    public OnDays {
      new Checks().that(!kinds.isEmpty(), "days", "", "must name at least one day").done();
      kinds = Collections.unmodifiableSet(EnumSet.copyOf(kinds));
    }

    @Override
    public String text() {
      return DayNames.text(kinds);
    }
  }

  /** The days of the space's special periods of this name. */
  record InSpecialPeriod(String name) implements PriceDays {
    public InSpecialPeriod {
      new Checks().name("days", name).done();
    }

    @Override
    public String text() {
      boolean plain =
          name.codePoints().noneMatch(c -> Character.isWhitespace(c) || c == ';' || c == '"');
      return SPECIAL + (plain ? name : '"' + name.replace("\"", "\"\"") + '"');
    }
  }

  String ANY = "any";
  String SPECIAL = "special:";

  /** The notation that {@link #parse} reads. */
  String text();

  /**
   * Reads the notation.
   *
   * @throws InvalidValueException with the position of the first mistake
   */
  static PriceDays parse(String text) {
    TextCursor cursor = new TextCursor("days", text);
    PriceDays days = cursor.priceDays();
    cursor.expectEnd();
    return days;
  }
}
