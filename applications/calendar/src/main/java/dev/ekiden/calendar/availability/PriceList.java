package dev.ekiden.calendar.availability;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The prices of a plan: rules, and the terms that turn slot prices into a booking's price.
 *
 * <p>A slot's price is looked up at the local time it starts: the rules of its local day, and those
 * of the day before that reach over midnight. The most specific match wins, in the order special
 * period, holiday, weekday, any; among equals the one listed first. It costs {@code amountPerHour ×
 * slotMinutes / 60}, rounded half up per slot. A slot without a match is not bookable. Immutable.
 *
 * <p>Notation: rules separated by semicolons, {@code mon-fri 09:00-18:00 2000; sat,sun,hol 3000}.
 */
public record PriceList(PriceTerms terms, List<PriceRule> rules) {

  /** The most rules of one plan. */
  public static final int MAXIMUM_RULES = 200;

  public PriceList {
    rules = List.copyOf(rules);
    new Checks().range("rules.size", rules.size(), 0, MAXIMUM_RULES).done();
  }

  /**
   * Reads rules; the empty text is none.
   *
   * @throws InvalidValueException with the position of the first mistake
   */
  public static List<PriceRule> parseRules(String text) {
    TextCursor cursor = new TextCursor("prices", text);
    List<PriceRule> rules = new ArrayList<>();
    cursor.skipSpaces();
    while (!cursor.atEnd()) {
      rules.add(PriceRule.read(cursor));
      cursor.skipSpaces();
      if (!cursor.atEnd() && !cursor.accept(';')) {
        throw cursor.mistake(cursor.position(), "expected ';' before the next rule");
      }
      cursor.skipSpaces();
    }
    return rules;
  }

  /** The notation that {@link #parseRules} reads. */
  public String rulesText() {
    return rules.stream().map(PriceRule::text).collect(Collectors.joining("; "));
  }
}
