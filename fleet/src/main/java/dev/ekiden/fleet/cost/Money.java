package dev.ekiden.fleet.cost;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * US dollars, exact to a millionth of a millionth: a millisecond of the smallest function costs
 * about two thousand of those.
 */
public record Money(@JsonValue BigDecimal dollars) implements Comparable<Money> {
  /** Digits behind the point. */
  public static final int SCALE = 12;

  /** Nothing. */
  public static final Money ZERO = new Money(BigDecimal.ZERO);

  public Money {
    dollars = dollars.setScale(SCALE, RoundingMode.HALF_UP);
  }

  /** An amount as it is written, such as {@code 0.04048}. */
  public static Money of(String dollars) {
    return new Money(new BigDecimal(dollars));
  }

  public Money plus(Money other) {
    return new Money(dollars.add(other.dollars));
  }

  public Money times(long factor) {
    return new Money(dollars.multiply(BigDecimal.valueOf(factor)));
  }

  /** This as a part of another amount; 0 if that is nothing. */
  public double shareOf(Money whole) {
    return whole.dollars.signum() == 0 ? 0 : dollars.doubleValue() / whole.dollars.doubleValue();
  }

  @Override
  public int compareTo(Money other) {
    return dollars.compareTo(other.dollars);
  }

  /** With two digits behind the point, more for small amounts. */
  @Override
  public String toString() {
    int digits = 2;
    while (digits < 6
        && dollars.abs().movePointRight(digits).compareTo(BigDecimal.valueOf(100)) < 0
        && dollars.signum() != 0) {
      digits++;
    }
    return String.format(Locale.ROOT, "$%,." + digits + "f", dollars);
  }
}
