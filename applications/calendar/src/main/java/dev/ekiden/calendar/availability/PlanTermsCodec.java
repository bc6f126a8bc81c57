package dev.ekiden.calendar.availability;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Currency;
import java.util.OptionalLong;

/** Plan terms as bytes and back: equal terms have equal bytes. About 35 bytes. Thread-safe. */
public final class PlanTermsCodec {

  private static final int VERSION = 1;
  private static final int MAXIMUM_ZONE_LENGTH = 64;
  private static final int CURRENCY_LENGTH = 3;

  private PlanTermsCodec() {}

  public static byte[] encode(PlanTerms terms) {
    BookingRules rules = terms.rules();
    PriceTerms prices = terms.priceTerms();
    return new ByteWriter()
        .octet(VERSION)
        .octet(terms.published() ? 1 : 0)
        .text(terms.zone().getId())
        .number(rules.unitMinutes())
        .number(rules.startAlignmentMinutes())
        .number(rules.minimumMinutes())
        .number(rules.maximumMinutes())
        .number(rules.bufferBeforeMinutes())
        .number(rules.bufferAfterMinutes())
        .number(rules.minimumNoticeMinutes())
        .number(rules.bookingWindowDays())
        .text(prices.currency().getCurrencyCode())
        .signed(prices.dayPrice().orElse(-1))
        .number(prices.minimumAmount())
        .number(prices.taxThousandths())
        .octet(prices.taxIncluded() ? 1 : 0)
        .toBytes();
  }

  /**
   * The terms that {@link #encode} wrote.
   *
   * @throws CorruptCalendarException if the bytes are of another version or damaged
   */
  public static PlanTerms decode(byte[] bytes) {
    ByteReader reader = new ByteReader(bytes);
    int version = reader.octet();
    if (version != VERSION) {
      throw reader.corrupt("has format version " + version + ", known is " + VERSION);
    }
    try {
      boolean published = bit(reader);
      ZoneId zone = ZoneId.of(reader.text(MAXIMUM_ZONE_LENGTH));
      BookingRules rules = rules(reader);
      PriceTerms prices = prices(reader);
      reader.end();
      return new PlanTerms(published, zone, rules, prices);
    } catch (DateTimeException | IllegalArgumentException refused) {
      throw new CorruptCalendarException("The stored plan terms are damaged", refused);
    }
  }

  private static BookingRules rules(ByteReader reader) {
    return new BookingRules(
        small(reader),
        small(reader),
        small(reader),
        small(reader),
        small(reader),
        small(reader),
        small(reader),
        small(reader));
  }

  private static PriceTerms prices(ByteReader reader) {
    Currency currency = Currency.getInstance(reader.text(CURRENCY_LENGTH));
    long dayPrice = reader.signed();
    if (dayPrice < -1) {
      throw reader.corrupt("has a negative day price");
    }
    return new PriceTerms(
        currency,
        dayPrice < 0 ? OptionalLong.empty() : OptionalLong.of(dayPrice),
        reader.number(),
        BigDecimal.valueOf(small(reader), PriceTerms.TAX_DECIMALS),
        bit(reader));
  }

  private static int small(ByteReader reader) {
    return reader.number(0, Integer.MAX_VALUE, "a number");
  }

  private static boolean bit(ByteReader reader) {
    int octet = reader.octet();
    if (octet > 1) {
      throw reader.corrupt("has " + octet + " where 0 or 1 is allowed");
    }
    return octet == 1;
  }
}
