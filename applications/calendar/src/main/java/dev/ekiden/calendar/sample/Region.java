package dev.ekiden.calendar.sample;

import dev.ekiden.calendar.availability.PriceTerms;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.OptionalLong;

/** Where venues stand: their names, clocks, holidays, currency and tax. */
enum Region {
  JAPAN(
      "Asia/Tokyo",
      "jp",
      "JPY",
      1,
      "10",
      true,
      "渋谷,新宿,池袋,表参道,六本木,恵比寿,下北沢,吉祥寺,秋葉原,上野,横浜,川崎,大宮,梅田,難波,心斎橋,天王寺,栄,名駅,天神,博多,大通,仙台,四条,河原町,三宮,広島,金沢,那覇",
      "スペース,スタジオ,ビル,ラウンジ,ガーデン,テラス"),
  NEW_YORK(
      "America/New_York",
      "us",
      "USD",
      100,
      "8.875",
      false,
      "SoHo ,Chelsea ,Brooklyn ,Harlem ",
      "Loft,Studio,Rooms"),
  SYDNEY(
      "Australia/Sydney",
      "au-nsw",
      "AUD",
      100,
      "10",
      true,
      "Surry Hills ,Newtown ,Bondi ",
      "Studio,Hall,Rooms");

  /** Yen for one dollar of either kind, near enough for a sample. */
  private static final int YEN_PER_DOLLAR = 100;

  private final String zone;
  private final String holidayCalendar;
  private final String currency;
  private final int minorUnits;
  private final String taxPercent;
  private final boolean taxIncluded;

  /** Names, separated by commas: an enum holds nothing that could change. */
  private final String areas;

  private final String kinds;

  Region(
      String zone,
      String holidayCalendar,
      String currency,
      int minorUnits,
      String taxPercent,
      boolean taxIncluded,
      String areas,
      String kinds) {
    this.zone = zone;
    this.holidayCalendar = holidayCalendar;
    this.currency = currency;
    this.minorUnits = minorUnits;
    this.taxPercent = taxPercent;
    this.taxIncluded = taxIncluded;
    this.areas = areas;
    this.kinds = kinds;
  }

  ZoneId zone() {
    return ZoneId.of(zone);
  }

  String holidayCalendar() {
    return holidayCalendar;
  }

  List<String> areas() {
    return List.of(areas.split(",", -1));
  }

  List<String> kinds() {
    return List.of(kinds.split(",", -1));
  }

  /** An amount of about so many yen, in minor units of the region's currency. */
  long amount(long yen) {
    return minorUnits == 1 ? yen : yen * minorUnits / YEN_PER_DOLLAR;
  }

  PriceTerms terms(OptionalLong dayPriceYen, long minimumYen) {
    return new PriceTerms(
        Currency.getInstance(currency),
        dayPriceYen.isEmpty() ? dayPriceYen : OptionalLong.of(amount(dayPriceYen.getAsLong())),
        amount(minimumYen),
        new BigDecimal(taxPercent),
        taxIncluded);
  }
}
