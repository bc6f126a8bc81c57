package dev.ekiden.calendar.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ekiden.calendar.refresh.Verification.Difference;
import dev.ekiden.calendar.refresh.Verification.What;
import dev.ekiden.testkit.TestDatabase;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class VerificationTest {

  @RegisterExtension static final TestDatabase DATABASE = RefreshedCalendar.testDatabase();

  private static final LocalDate DAY = LocalDate.of(2026, 12, 1);

  private RefreshedCalendar calendar;
  private long space;

  @BeforeEach
  void open() {
    calendar = new RefreshedCalendar(DATABASE.database());
    space = calendar.space(calendar.venue());
  }

  @AfterEach
  void close() {
    calendar.close();
  }

  @Test
  void findsExactlyWhatWasPlanted() {
    List<Long> plans = calendar.plans(space, 205);
    calendar.fullSync();
    long gone = plans.get(0);
    long missingDay = plans.get(1);
    long wrongPrice = plans.get(2);
    long wrongSlot = plans.get(3);
    long damaged = plans.get(4);
    long wrongTerms = plans.get(5);
    long behind = plans.get(6);
    long broken = calendar.plans(calendar.space(brokenVenue()), 1).getFirst();
    calendar.database.useTransaction(handle -> {
      handle.execute("DELETE FROM calendar.plan_calendar WHERE plan_id = ?", gone);
      handle.execute(
          "DELETE FROM calendar.calendar_day WHERE plan_id = ? AND day = ?", missingDay, DAY);
      // The last two bytes are the price; the eleventh byte holds the first free slots.
      flip(handle, wrongPrice, "octet_length(content) - 2");
      flip(handle, wrongSlot, "10");
      handle.execute(
          "UPDATE calendar.calendar_day SET content = 'x' WHERE plan_id = ? AND day = ?",
          damaged,
          DAY);
      handle.execute("UPDATE calendar.plan_calendar SET terms = 'x' WHERE plan_id = ?", wrongTerms);
      handle.execute(
          "UPDATE calendar.plan_calendar SET truth_version = 1 WHERE plan_id = ?", behind);
    });
    long rows = calendar.truth.count("calendar_day");

    Verification found = calendar.refresh.verify(Optional.empty());

    assertThat(found.plansChecked()).isEqualTo(206);
    assertThat(found.daysChecked()).isEqualTo(205L * CalendarRefresh.HORIZON_DAYS);
    assertThat(found.daysWrong()).isEqualTo(4);
    assertThat(found.plansMissing()).isEqualTo(1);
    assertThat(found.plansBehind()).isEqualTo(1);
    assertThat(found.isRight()).isFalse();
    assertThat(found.differences())
        .extracting(Difference::planId, Difference::day, Difference::what)
        .containsExactly(
            tuple(gone, Optional.empty(), What.CALENDAR_MISSING),
            tuple(missingDay, Optional.of(DAY), What.DAY_MISSING),
            tuple(wrongPrice, Optional.of(DAY), What.DAY_DIFFERENT),
            tuple(wrongSlot, Optional.of(DAY), What.DAY_DIFFERENT),
            tuple(damaged, Optional.of(DAY), What.DAY_DIFFERENT),
            tuple(wrongTerms, Optional.empty(), What.TERMS_DIFFERENT),
            tuple(broken, Optional.empty(), What.NOT_COMPUTABLE));
    assertThat(text(found, wrongPrice)).contains("costs 999 in the cache, 1000 by the truth");
    assertThat(text(found, wrongSlot)).contains("has the free units [1/1] in the cache, [] by");
    assertThat(text(found, damaged)).contains("is damaged");
    assertThat(text(found, broken)).contains("nowhere");
    assertThat(calendar.truth.count("calendar_day")).as("nothing is written").isEqualTo(rows);
    assertThat(calendar.liveJobs()).isZero();
  }

  @Test
  void looksAtThePlansThatAreAskedFor() {
    List<Long> plans = calendar.plans(space, 3);
    calendar.fullSync();
    calendar.database.useTransaction(handle ->
        handle.execute("DELETE FROM calendar.calendar_day WHERE plan_id = ?", plans.get(2)));

    Verification right =
        calendar.refresh.verify(Optional.of(List.of(plans.get(1), plans.get(0), plans.get(0), 4L)));
    Verification wrong = calendar.refresh.verify(Optional.of(plans));
    Verification none = calendar.refresh.verify(Optional.of(List.of()));

    assertThat(right.isRight()).isTrue();
    assertThat(right.plansChecked()).isEqualTo(2);
    assertThat(wrong.daysWrong()).isEqualTo(CalendarRefresh.HORIZON_DAYS);
    assertThat(none.plansChecked()).isZero();
  }

  @Test
  void tellsOnlySoManyDifferencesButCountsAll() {
    List<Long> plans = calendar.plans(space, 12);
    calendar.fullSync();
    calendar.database.useTransaction(handle -> handle.execute("DELETE FROM calendar.calendar_day"));

    Verification found = calendar.refresh.verify(Optional.empty());

    assertThat(found.daysWrong()).isEqualTo(12L * CalendarRefresh.HORIZON_DAYS);
    assertThat(found.differences()).hasSize(Verification.MAX_DIFFERENCES);
    assertThat(calendar.refresh.verify(Optional.of(plans.subList(0, 11))).differences())
        .hasSize(11 * CalendarRefresh.HORIZON_DAYS);
  }

  private long brokenVenue() {
    long venue = calendar.venue();
    calendar.database.useTransaction(handle ->
        handle.execute(
            "UPDATE calendar.venue SET holiday_calendar = 'nowhere' WHERE id = ?", venue));
    return venue;
  }

  private static void flip(Handle handle, long planId, String position) {
    handle.execute(
        """
        UPDATE calendar.calendar_day
        SET content = set_byte(content, %s, get_byte(content, %s) # 1)
        WHERE plan_id = ? AND day = ?
        """
            .formatted(position, position),
        planId,
        DAY);
  }

  private static String text(Verification verification, long planId) {
    return verification.differences().stream()
        .filter(difference -> difference.planId() == planId)
        .findFirst()
        .orElseThrow()
        .text();
  }
}
