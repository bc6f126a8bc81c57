package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** T0-02: the holidays of Japan as the Cabinet Office lists them, and of other places. */
class HolidayCalendarsTest {

  private static final String HEADER = "国民の祝日・休日月日,国民の祝日・休日名称";

  private static byte[] official() throws IOException {
    try (InputStream file =
        HolidayCalendarsTest.class.getResourceAsStream("syukujitsu-2024-2027.csv")) {
      return Objects.requireNonNull(file).readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2024, 2025, 2026, 2027})
  void japansHolidaysAreThoseThatTheCabinetOfficeLists(int year) throws IOException {
    PublishedHolidays official = PublishedHolidays.parse(official());
    HolidayCalendar japan = new HolidayCalendars().get("jp");
    assertThat(official.covers(year)).isTrue();
    List<LocalDate> days =
        LocalDate.of(year, 1, 1).datesUntil(LocalDate.of(year + 1, 1, 1)).toList();
    assertThat(days.stream().filter(japan::isHoliday))
        .containsExactlyElementsOf(new TreeSet<>(official.in(year)));
  }

  @ParameterizedTest
  @CsvSource({
    "2024-09-23, true", // substitute for the equinox on a Sunday
    "2025-05-06, true", // substitute two days later: Monday is a holiday itself
    "2026-09-22, true", // citizens' holiday between two others
    "2032-09-21, true", // the next one, not yet listed
    "2027-12-23, false", // the former Emperor's birthday
    "2026-09-24, false",
  })
  void substituteAndCitizensHolidays(LocalDate day, boolean holiday) {
    assertThat(new HolidayCalendars().get("jp").isHoliday(day)).isEqualTo(holiday);
  }

  @Test
  void aPublishedListReplacesTheYearsItCovers() {
    PublishedHolidays list =
        PublishedHolidays.parse(utf8(HEADER + "\n2021/7/22,海の日\n2021/7/23,スポーツの日\n"));
    HolidayCalendar japan = new HolidayCalendars(list).get("jp");
    assertThat(japan.isHoliday(LocalDate.of(2021, 7, 22))).isTrue();
    assertThat(japan.isHoliday(LocalDate.of(2021, 7, 19))).as("third Monday").isFalse();
    assertThat(japan.isHoliday(LocalDate.of(2022, 7, 18))).as("not covered: by law").isTrue();
  }

  @Test
  void theListIsReadInUtf8WithAndWithoutMarkAndAsPublishedInWindows31J() throws IOException {
    String text = new String(official(), StandardCharsets.UTF_8);
    assertThat(text).as("as published, lines end with CR LF").contains("元日\r\n");
    byte[] published = text.getBytes(Charset.forName("windows-31j"));
    assertThat(published).isNotEqualTo(official());
    for (byte[] content : List.of(official(), utf8("\uFEFF" + text), published)) {
      PublishedHolidays list = PublishedHolidays.parse(content);
      assertThat(list.in(2026)).hasSize(18).contains(LocalDate.of(2026, 9, 22));
    }
  }

  @Test
  void badLinesAreAllToldByTheirNumbers() {
    byte[] bad =
        utf8(HEADER + "\n2024/1/1,元日\n2024-01-08,成人の日\n2024/2/30,\n2024/2/30,x\n2024/1/1,元日\n");
    assertThatThrownBy(() -> PublishedHolidays.parse(bad))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                        "line 3 '2024-01-08,成人の日': must be a date and a name, such as 2024/1/1,元日",
                        "line 4 '2024/2/30,': must be a date and a name, such as 2024/1/1,元日",
                        "line 5 '2024/2/30,x': must name a day that exists",
                        "line 6 '2024/1/1,元日': must not name a date a second time"));
  }

  @Test
  void anotherFileIsRefused() {
    assertThatThrownBy(() -> PublishedHolidays.parse(utf8("date,name\n")))
        .hasMessageContaining("line 1 'date,name': must be the header " + HEADER);
    assertThatThrownBy(() -> PublishedHolidays.parse(new byte[0]))
        .hasMessageContaining("bytes '0'");
    byte[] spaces = utf8(HEADER + "\n" + " ".repeat(PublishedHolidays.MAXIMUM_BYTES));
    assertThatThrownBy(() -> PublishedHolidays.parse(spaces))
        .hasMessageContaining("must be between 1 and 1000000");
    assertThat(
            PublishedHolidays.parse(Arrays.copyOf(spaces, PublishedHolidays.MAXIMUM_BYTES))
                .covers(2024))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "us, 2026-11-26, true",
    "us, 2026-07-03, true", // July 4 is a Saturday
    "us, 2027-12-31, true", // New Year's Day 2028 is a Saturday
    "us, 2026-05-04, false",
    "us-ny, 2026-10-12, true", // Columbus Day
    "us, 2026-10-12, false",
    "au, 2026-01-26, true",
    "au-nsw, 2026-06-08, true",
    "au, 2026-06-08, false",
    "none, 2026-01-01, false",
  })
  void otherPlacesComeFromTheLibrary(String code, LocalDate day, boolean holiday) {
    assertThat(new HolidayCalendars().get(code).isHoliday(day)).isEqualTo(holiday);
  }

  @Test
  void anUnknownCodeIsRefusedWithWhatIsAllowed() {
    HolidayCalendars calendars = new HolidayCalendars();
    assertThatThrownBy(() -> calendars.get("zz"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("holidayCalendar 'zz': must be none or the code of a country");
    assertThatThrownBy(() -> calendars.get("au-xyz"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be au alone or with one of its regions [act, nsw, nt, qld");
    assertThatThrownBy(() -> calendars.get("jp-13"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be jp alone");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
