package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.CalendarDay.PriceRun;
import dev.ekiden.calendar.availability.CalendarDay.ResourceDay;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equal content has equal bytes, and only what an encoder wrote is read. */
class CalendarCodecTest {

  private static CalendarDay typicalDay() {
    Fixture fixture =
        new Fixture()
            .business("mon-sun 09:00-22:00")
            .prices("any 00:00-18:00 1200; any 18:00-24:00 1800")
            .unit(15)
            .booked(1, "2026-06-01 11:00", "2026-06-01 13:00");
    return fixture.days(Fixture.MONDAY, Fixture.MONDAY).getFirst();
  }

  @Test
  void aTypicalDayTakesAtMostFortyBytes() {
    byte[] bytes = CalendarDayCodec.encode(typicalDay());
    assertThat(bytes.length).isLessThanOrEqualTo(40);
    assertThat(CalendarDayCodec.decode(bytes)).isEqualTo(typicalDay());
  }

  @Test
  void theFormatIsKeptBecauseStoredRowsMustStayReadable() {
    assertThat(HexFormat.of().formatHex(CalendarDayCodec.encode(typicalDay())))
        .isEqualTo("01fac102b7080160010100000000f00ff0ffffffff000248ad0218c303");
    assertThat(HexFormat.of().formatHex(PlanTermsCodec.encode(PlanTerms.of(new Fixture().truth()))))
        .isEqualTo("01010a417369612f546f6b796f3c3c3ca00b0000005a034a50590100904e01");
  }

  @ParameterizedTest
  @CsvSource({
    "America/New_York, 2026-03-08, 15",
    "America/New_York, 2026-11-01, 15",
    "Australia/Lord_Howe, 2026-10-04, 60",
    "Pacific/Apia, 2011-12-30, 30",
    "Pacific/Kiritimati, 2026-01-01, 60",
    "Pacific/Pago_Pago, 1970-01-02, 60",
    "Asia/Tokyo, 2999-12-31, 60",
  })
  void daysOfAllZonesSurviveTheRoundTrip(String zone, LocalDate date, int unit) {
    Fixture fixture = new Fixture().zone(zone, "none").unit(unit);
    fixture.unitsOfResources = new int[] {1, 3};
    CalendarDay day = fixture.days(date, date).getFirst();
    assertThat(CalendarDayCodec.decode(CalendarDayCodec.encode(day))).isEqualTo(day);
  }

  @Test
  void everyShorterOrLongerFormIsRefused() {
    byte[] bytes = CalendarDayCodec.encode(typicalDay());
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> CalendarDayCodec.decode(part))
          .isInstanceOf(CorruptCalendarException.class);
    }
    assertThatThrownBy(() -> CalendarDayCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(CorruptCalendarException.class)
        .hasMessageContaining("goes on after its end");
  }

  @Test
  void damagedBytesAreRefusedOrAreTheOneFormOfAnotherDay() {
    Random random = new Random(7);
    byte[] bytes = CalendarDayCodec.encode(typicalDay());
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      assertThatCode(
              () -> {
                try {
                  CalendarDay day = CalendarDayCodec.decode(damaged);
                  assertThat(CalendarDayCodec.encode(day)).isEqualTo(damaged);
                } catch (CorruptCalendarException expected) {
                  // Refused, as it should be.
                }
              })
          .doesNotThrowAnyException();
    }
  }

  @Test
  void anUnknownVersionIsRefused() {
    byte[] bytes = CalendarDayCodec.encode(typicalDay());
    bytes[0] = 2;
    assertThatThrownBy(() -> CalendarDayCodec.decode(bytes))
        .isInstanceOf(CorruptCalendarException.class)
        .hasMessageContaining("has format version 2, known is 1");
    byte[] terms = PlanTermsCodec.encode(PlanTerms.of(new Fixture().truth()));
    terms[0] = 9;
    assertThatThrownBy(() -> PlanTermsCodec.decode(terms))
        .isInstanceOf(CorruptCalendarException.class)
        .hasMessageContaining("has format version 9, known is 1");
  }

  @Test
  void damagedTermsAreRefusedOrAreTheOneFormOfOtherTerms() {
    Random random = new Random(11);
    byte[] bytes = PlanTermsCodec.encode(PlanTerms.of(new Fixture().truth()));
    assertThat(bytes.length).isLessThanOrEqualTo(40);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      try {
        assertThat(PlanTermsCodec.encode(PlanTermsCodec.decode(damaged))).isEqualTo(damaged);
      } catch (CorruptCalendarException expected) {
        // Refused, as it should be.
      }
    }
  }

  @Test
  void contradictionsAreRefused() {
    CalendarDay day = typicalDay();
    assertRefused(
        with(day, day.resources(), List.of(new PriceRun(95, 1))), "another number of slots");
    assertRefused(
        with(day, day.resources(), List.of(new PriceRun(48, 1), new PriceRun(48, 1))),
        "two equal prices in a row");
    assertRefused(with(day, List.of(), day.prices()), "a resource count 0");
    assertRefused(with(day, List.of(new ResourceDay(List.of())), day.prices()), "a unit count 0");
  }

  private static CalendarDay with(
      CalendarDay day, List<ResourceDay> resources, List<PriceRun> prices) {
    return new CalendarDay(
        day.date(), day.startMinute(), day.slotMinutes(), day.slots(), resources, prices);
  }

  private static void assertRefused(CalendarDay day, String reason) {
    byte[] bytes = CalendarDayCodec.encode(day);
    assertThatThrownBy(() -> CalendarDayCodec.decode(bytes))
        .isInstanceOf(CorruptCalendarException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void rangesOfSlotsAreTestedOverTheWordsEdge() {
    SlotBits bits = new SlotBits(-1L << 60, 0b1111);
    assertThat(bits.all(60, 68)).isTrue();
    assertThat(bits.all(59, 68)).isFalse();
    assertThat(bits.all(60, 69)).isFalse();
    assertThat(bits.all(64, 68)).isTrue();
    assertThat(bits.all(60, 64)).isTrue();
    assertThat(bits.all(5, 5)).isTrue();
    assertThat(new SlotBits(-1L, -1L).all(0, SlotBits.SIZE)).isTrue();
    assertThat(bits.get(63)).isTrue();
    assertThat(bits.get(59)).isFalse();
    assertThat(bits.get(67)).isTrue();
    assertThat(bits.get(68)).isFalse();
  }

  @Test
  void theTimelineAgreesWithAPlainArrayOfMinutes() {
    Random random = new Random(3);
    MinuteTimeline timeline = new MinuteTimeline(-100, 700);
    boolean[] plain = new boolean[800];
    for (int round = 0; round < 5_000; round++) {
      int from = random.nextInt(1_000) - 200;
      int to = from + random.nextInt(300) - 20;
      boolean value = random.nextBoolean();
      for (int minute = Math.max(from, -100); minute < Math.min(to, 700); minute++) {
        plain[minute + 100] = value;
      }
      if (value) {
        timeline.set(from, to);
      } else {
        timeline.clear(from, to);
      }
      int start = random.nextInt(900) - 150;
      int count = 1 + random.nextInt(64);
      boolean all = start >= -100 && start + count <= 700;
      for (int minute = start; all && minute < start + count; minute++) {
        all = plain[minute + 100];
      }
      assertThat(timeline.all(start, count)).isEqualTo(all);
    }
  }
}
