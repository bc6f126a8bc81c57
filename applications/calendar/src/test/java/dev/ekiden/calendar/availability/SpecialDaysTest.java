package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** T0-02: special periods and holidays override weekly hours; closures override everything. */
class SpecialDaysTest {

  private static final LocalDate NEW_YEARS_EVE = LocalDate.of(2026, 12, 31);

  private static SpecialPeriod newYear(String hours) {
    return new SpecialPeriod(
        NEW_YEARS_EVE, LocalDate.of(2027, 1, 3), "年末年始", SpecialPeriod.parseHours(hours));
  }

  @Test
  void aSpecialPeriodReplacesTheWeeklyHoursFromItsFirstToItsLastDay() {
    Fixture shop = new Fixture().business("mon-sun 09:00-18:00");
    shop.specialPeriods.add(newYear("mon-sun 12:00-15:00"));
    assertThat(shop.free(NEW_YEARS_EVE.minusDays(1))).containsExactly("09:00-18:00");
    assertThat(shop.free(NEW_YEARS_EVE)).containsExactly("12:00-15:00");
    assertThat(shop.free(LocalDate.of(2027, 1, 3))).containsExactly("12:00-15:00");
    assertThat(shop.free(LocalDate.of(2027, 1, 4))).containsExactly("09:00-18:00");
  }

  @Test
  void aClosedPeriodClosesButTheNightBeforeItStillEnds() {
    Fixture bar = new Fixture().business("mon-sun 20:00-26:00");
    bar.specialPeriods.add(newYear("closed"));
    assertThat(bar.free(NEW_YEARS_EVE)).containsExactly("00:00-02:00");
    assertThat(bar.free(NEW_YEARS_EVE.plusDays(1))).isEmpty();
  }

  @Test
  void aSpecialPeriodMayOpenDaysThatAreOtherwiseClosed() {
    Fixture office = new Fixture().business("mon-fri 09:00-18:00");
    office.specialPeriods.add(newYear("sat,sun 10:00-12:00"));
    assertThat(office.free(LocalDate.of(2027, 1, 2))).as("Saturday").containsExactly("10:00-12:00");
    assertThat(office.free(LocalDate.of(2027, 1, 1))).as("Friday").isEmpty();
  }

  @Test
  void rentableHoursStillNarrowASpecialPeriod() {
    Fixture shop = new Fixture().rentable("mon-sun 13:00-14:00");
    shop.specialPeriods.add(newYear("mon-sun 12:00-15:00"));
    assertThat(shop.free(NEW_YEARS_EVE)).containsExactly("13:00-14:00");
  }

  @Test
  void aHolidayKeepsHolidayHoursIfThereAreAnyElseThoseOfItsWeekday() {
    LocalDate citizensHoliday = LocalDate.of(2026, 9, 22);
    Fixture withHolidayHours = new Fixture().business("mon-fri 09:00-18:00; hol 10:00-16:00");
    assertThat(withHolidayHours.free(citizensHoliday)).containsExactly("10:00-16:00");
    Fixture without = new Fixture().business("mon-fri 09:00-18:00");
    assertThat(without.free(citizensHoliday)).containsExactly("09:00-18:00");
    Fixture elsewhere =
        new Fixture()
            .zone("America/New_York", "us")
            .business("mon-fri 09:00-18:00; hol 10:00-16:00");
    assertThat(elsewhere.free(citizensHoliday)).containsExactly("09:00-18:00");
    assertThat(elsewhere.free(LocalDate.of(2026, 11, 26))).containsExactly("10:00-16:00");
  }

  @Test
  void aClosureTakesItsTimeOut() {
    Fixture room = new Fixture().business("mon-sun 09:00-18:00");
    LocalDate day = Fixture.MONDAY;
    room.closures.add(new Closure(day.atTime(12, 0), day.atTime(13, 30), "elevator"));
    assertThat(room.free(day)).containsExactly("09:00-12:00", "14:00-18:00");
    room.closures.add(Closure.ofDays(day.plusDays(1), day.plusDays(2), "paint"));
    assertThat(room.free(day.plusDays(1))).isEmpty();
    assertThat(room.free(day.plusDays(2))).isEmpty();
    assertThat(room.free(day.plusDays(3))).containsExactly("09:00-18:00");
  }

  @Test
  void specialPeriodsOfASpaceMustNotOverlap() {
    Fixture room = new Fixture();
    room.specialPeriods.add(newYear("closed"));
    room.specialPeriods.add(
        SpecialPeriod.closed(LocalDate.of(2027, 1, 3), LocalDate.of(2027, 1, 5), "棚卸し"));
    assertThatThrownBy(room::truth)
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("specialPeriods '棚卸し from 2027-01-03': must not overlap 年末年始");
  }

  @Test
  void hoursOfASpecialPeriodAreClosedOrATextButNeverEmpty() {
    assertThat(newYear("Closed").hoursText()).isEqualTo("closed");
    assertThat(newYear("mon 09:00-10:00").hoursText()).isEqualTo("mon 09:00-10:00");
    assertThatThrownBy(() -> newYear(" ")).hasMessageContaining("must be closed, or hours");
  }
}
