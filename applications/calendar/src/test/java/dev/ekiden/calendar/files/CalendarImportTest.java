package dev.ekiden.calendar.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.calendar.availability.BookingRules;
import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.availability.Plan;
import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.calendar.store.TestCalendar;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.testkit.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CalendarImportTest {

  @RegisterExtension static final TestDatabase DATABASE = TestCalendar.testDatabase();

  private static final String VENUES =
      """
      code,name,zone,holiday_calendar
      shibuya,渋谷会場,Asia/Tokyo,jp
      soho,"Loft ""7"", SoHo",America/New_York,us
      """;

  private static final String SPACES =
      """
      code,venue,name,resources
      hall,shibuya,ホール,left right
      left-room,shibuya,左の部屋,left
      desks,soho,Desks,desk:10
      """;

  private static final String PLANS =
      """
      code,space,name,unit_minutes,buffer_after_minutes,maximum_minutes
      hall-hour,hall,ホール 時間貸し,60,30,
      left-quarter,left-room,左 15分,15,,480
      desk-day,desks,Desk,60,,
      """;

  private static final String HOURS =
      """
      space,plan,hours
      hall,,mon-fri 09:00-22:00; sat 10:00-26:00
      left-room,,mon-sun 00:00-24:00
      desks,,mon-sun 00:00-24:00
      ,hall-hour,mon-fri 10:00-20:00
      """;

  private static final String SPECIAL_PERIODS =
      """
      space,from,to,name,hours
      hall,2026-12-29,2027-01-03,年末年始,closed
      hall,2026-08-13,2026-08-15,お盆,mon-sun 10:00-16:00
      """;

  private static final String CLOSURES =
      """
      space,from,to,reason
      hall,2026-12-01,2026-12-02,"設備
      点検"
      desks,2026-12-01T10:00,2026-12-01 12:30,cleaning
      """
          .replace("設備\n点検", "設備点検");

  private static final String PRICES =
      """
      plan,prices,currency,day_price,minimum_amount,tax_percent,tax_included
      hall-hour,"mon-fri 09:00-18:00 2000; sat,sun,hol 3000; any 00:00-26:00 2500",JPY,20000,4000,10,true
      left-quarter,any 1000,,,,,
      desk-day,any 500,USD,,,8.875,false
      """;

  private static final String RESERVATIONS =
      """
      code,plan,start,end,state,total
      r-1,hall-hour,2026-12-07T10:00+09:00,2026-12-07T12:00+09:00,confirmed,4000
      r-2,left-quarter,2026-12-07T12:30,2026-12-07T13:00,,
      r-3,desk-day,2026-12-07T10:00,2026-12-07T12:00,canceled,
      """;

  private static final Map<CalendarFile, String> ALL =
      Map.of(
          CalendarFile.VENUES, VENUES,
          CalendarFile.SPACES, SPACES,
          CalendarFile.PLANS, PLANS,
          CalendarFile.HOURS, HOURS,
          CalendarFile.SPECIAL_PERIODS, SPECIAL_PERIODS,
          CalendarFile.CLOSURES, CLOSURES,
          CalendarFile.PRICES, PRICES,
          CalendarFile.RESERVATIONS, RESERVATIONS);

  private TestCalendar calendar;
  private CalendarImport imports;

  @BeforeEach
  void open() {
    calendar = new TestCalendar(DATABASE.database());
    imports =
        new CalendarImport(calendar.database, calendar.writer, new HolidayCalendars(), calendar);
  }

  @Test
  void problemsAreToldByFileAndLineWhoeverFindsThem() {
    ImportReport report =
        imports.run(
            List.of(
                source(CalendarFile.SPACES, "code,venue,name\ns,nowhere,a\ns,nowhere,b\n"),
                source(
                    CalendarFile.VENUES,
                    "code,name,zone\na,a,Mars\na,a,Asia/Tokyo\nb,b,Asia/Tokyo,more\nc,c,Moon\n")),
            ImportOptions.DEFAULT,
            ImportProgress.NONE);
    assertThat(report.problems().stream().map(problem -> problem.file() + ":" + problem.line()))
        .containsExactly(
            "venues.csv:2",
            "venues.csv:3",
            "venues.csv:4",
            "venues.csv:5",
            "spaces.csv:2",
            "spaces.csv:3");
  }

  @Test
  void aWholeCalendarComesInFromItsFiles() {
    ImportReport report = importAll();

    assertThat(report.problems()).isEmpty();
    assertThat(report.applied()).isTrue();
    assertThat(report.file(CalendarFile.VENUES))
        .isEqualTo(new FileReport("venues.csv", 2, 2, 0, 0, 0));
    assertThat(report.file(CalendarFile.SPECIAL_PERIODS).added()).isEqualTo(2);
    assertThat(report.file(CalendarFile.CLOSURES).added()).isEqualTo(2);
    assertThat(report.file(CalendarFile.RESERVATIONS).added()).isEqualTo(3);
    Truth hall = truth("hall-hour");
    assertThat(hall.venue().name()).isEqualTo("渋谷会場");
    assertThat(hall.space().businessHours().text())
        .isEqualTo("mon-fri 09:00-22:00; sat 10:00-26:00");
    assertThat(hall.plan().rentableHours().text()).isEqualTo("mon-fri 10:00-20:00");
    assertThat(hall.plan().prices().terms().dayPrice()).hasValue(20_000);
    assertThat(hall.plan().prices().rules()).hasSize(3);
    assertThat(hall.plan().rules().maximumMinutes())
        .isEqualTo(BookingRules.DEFAULT_MAXIMUM_MINUTES);
    assertThat(hall.resources()).extracting(Resource::code).containsExactly("left", "right");
    assertThat(hall.space().closures().getFirst().to())
        .isEqualTo(LocalDateTime.of(2026, 12, 3, 0, 0));
    // Left and right for r-1 with its buffer, left once more for r-2.
    assertThat(hall.occupations()).hasSize(3);
    assertThat(truth("desk-day").resources().getFirst().units()).hasSize(10);
    assertThat(truth("desk-day").occupations()).isEmpty();
    assertThat(truth("desk-day").space().closures().getFirst().to())
        .isEqualTo(LocalDateTime.of(2026, 12, 1, 12, 30));
    assertThat(calendar.refreshes.planIds())
        .containsExactlyInAnyOrder(
            id(TruthTables.PLANS, "hall-hour"),
            id(TruthTables.PLANS, "left-quarter"),
            id(TruthTables.PLANS, "desk-day"));
  }

  @Test
  void theSameFilesAgainChangeNothing() {
    importAll();
    Map<String, Long> versions = versions();
    calendar.refreshes.clear();

    ImportReport again = importAll();

    assertThat(again.problems()).isEmpty();
    assertThat(again.files())
        .allSatisfy(file -> assertThat(file.unchanged()).isEqualTo(file.read()))
        .hasSize(8);
    assertThat(versions()).isEqualTo(versions);
    assertThat(calendar.refreshes.all()).isEmpty();
  }

  @Test
  void onlyWhatAChangedRowSpeaksOfIsRaisedAndRefreshed() {
    importAll();
    Map<String, Long> versions = versions();
    calendar.refreshes.clear();

    ImportReport report =
        run(
            ImportOptions.DEFAULT,
            source(CalendarFile.PRICES, PRICES.replace("any 1000", "any 1100")),
            source(
                CalendarFile.HOURS, HOURS.replace("mon-fri 10:00-20:00", "mon-fri 10:00-21:00")));

    assertThat(report.file(CalendarFile.PRICES))
        .isEqualTo(new FileReport("prices.csv", 3, 0, 1, 2, 0));
    assertThat(report.file(CalendarFile.HOURS))
        .isEqualTo(new FileReport("hours.csv", 4, 0, 1, 3, 0));
    versions.merge("plan left-quarter", 1L, Long::sum);
    versions.merge("plan hall-hour", 1L, Long::sum);
    assertThat(versions()).isEqualTo(versions);
    assertThat(calendar.refreshes.planIds())
        .containsExactlyInAnyOrder(
            id(TruthTables.PLANS, "left-quarter"), id(TruthTables.PLANS, "hall-hour"));
  }

  @Test
  void whatIsExportedImportsAsUnchanged(@TempDir Path directory) throws Exception {
    importAll();
    Map<String, Long> versions = versions();
    CalendarExport export = new CalendarExport(calendar.database);

    export.toDirectory(directory);
    ImportReport report = run(ImportOptions.ATOMIC, ImportSource.inDirectory(directory));

    assertThat(report.problems()).isEmpty();
    assertThat(report.files()).hasSize(8);
    assertThat(report.files())
        .allSatisfy(file -> assertThat(file.unchanged()).isEqualTo(file.read()));
    assertThat(versions()).isEqualTo(versions);
    assertThat(Files.readString(directory.resolve("venues.csv"))).isEqualTo(VENUES);
    assertThat(Files.readAllLines(directory.resolve("reservations.csv")))
        .contains("r-2,left-quarter,2026-12-07T12:30+09:00,2026-12-07T13:00+09:00,confirmed,");
    ByteArrayOutputStream single = new ByteArrayOutputStream();
    export.write(CalendarFile.VENUES, single);
    assertThat(single.toString(StandardCharsets.UTF_8)).isEqualTo(VENUES);
  }

  @Test
  void everyBadRowIsToldByLineColumnValueAndReasonAndGoodRowsAreKept() {
    ImportReport report =
        run(
            ImportOptions.DEFAULT,
            source(
                CalendarFile.VENUES,
                """
                code,name,zone
                good,良い,Asia/Tokyo
                mars,火星,Mars/Olympus
                good,again,Asia/Tokyo
                no zone,,
                """),
            source(
                CalendarFile.SPACES,
                """
                code,venue,name
                room,good,部屋
                lost,mars,迷子
                """),
            source(
                CalendarFile.PLANS,
                """
                code,space,name,unit_minutes,minimum_minutes,published
                plan,room,良い,30,,
                odd,room,奇妙,20,x,maybe
                long,room,長い,60,2880,
                """),
            source(
                CalendarFile.HOURS,
                """
                space,plan,hours
                room,,mon 09:00-12:00; mon 11:00-13:00
                ,plan,mon 9-12
                room,plan,mon 09:00-12:00
                ,,mon 09:00-12:00
                ,nowhere,
                """),
            source(
                CalendarFile.SPECIAL_PERIODS,
                """
                space,from,to,name,hours
                room,2026-12-29,2027-01-03,年末年始,closed
                room,2027-01-03,2027-01-05,重複,closed
                room,2027-02-05,2027-02-04,逆,closed
                room,2027-13-01,soon,日付,closed
                room,2027-03-01,2027-03-02,時間,
                """),
            source(
                CalendarFile.CLOSURES,
                """
                space,from,to,reason
                room,2026-12-02T10:00,2026-12-02T10:00,end before start
                room,yesterday,2026-12-02,
                """),
            source(
                CalendarFile.PRICES,
                """
                plan,prices,tax_percent,minimum_amount
                plan,any cheap,10,
                odd,any 100,10,
                """),
            source(
                CalendarFile.RESERVATIONS,
                """
                code,plan,start,end,state,total
                a,plan,2026-12-07T10:00,2026-12-07T12:00,,
                b,plan,2026-12-07T11:30,2026-12-07T13:00,,
                c,plan,2026-12-07T13:00,2026-12-07T12:00,,
                d,plan,noon,2026-12-07T12:00,perhaps,-1
                """));

    assertThat(report.problems().stream().map(ImportProblem::toString).toList())
        .containsExactly(
            "venues.csv:3 zone 'Mars/Olympus': must be an IANA time zone such as Asia/Tokyo or"
                + " America/New_York",
            "venues.csv:4 code 'good': is described in line 2 already",
            "venues.csv:5 zone '': must not be empty",
            "venues.csv:5 code 'no zone': must be 1 to 64 characters without white space",
            "venues.csv:5 name '': must not be blank",
            "spaces.csv:3 venue 'mars': there is no venue of this code",
            "plans.csv:3 published 'maybe': must be true or false",
            "plans.csv:3 minimum_minutes 'x': must be a whole number",
            "plans.csv:3 unit_minutes '20': must be 15, 30 or 60",
            "plans.csv:3 start_alignment_minutes '20': must be a multiple of 15 between 15 and 1440",
            "plans.csv:4 maximum_minutes '1440': must not be less than the minimum of 2880",
            "hours.csv:2 hours 'mon 09:00-12:00; mon 11:00-13:00': ranges must not overlap, also not"
                + " after midnight on the following day",
            "hours.csv:3 hours 'mon 9-12': character 5, at '9-12': expected a time such as 09:00",
            "hours.csv:4 space 'room': name either a space or a plan",
            "hours.csv:5 space '': name either a space or a plan",
            "hours.csv:6 plan 'nowhere': there is no plan of this code",
            "special_periods.csv:3 from '重複 from 2027-01-03': must not overlap 年末年始, which lasts"
                + " until 2027-01-03",
            "special_periods.csv:4 to '2027-02-04': must not be before the first day 2027-02-05",
            "special_periods.csv:5 from '2027-13-01': must be a date such as 2026-12-29",
            "special_periods.csv:5 to 'soon': must be a date such as 2026-12-29",
            "special_periods.csv:6 hours '': must be closed, or hours such as mon-sun 10:00-16:00",
            "closures.csv:2 to '2026-12-02T10:00': must be after the start 2026-12-02T10:00",
            "closures.csv:3 from 'yesterday': must be a date such as 2026-12-29 or a local time such"
                + " as 2026-12-29T10:00",
            "prices.csv:2 prices 'any cheap': character 5, at 'cheap': expected an amount per hour"
                + " in whole minor units, such as 2000",
            "prices.csv:3 plan 'odd': there is no plan of this code",
            "reservations.csv:3 start '2026-12-07T11:30': no unit of room is free in that time,"
                + " buffers included: it overlaps a",
            "reservations.csv:4 end '2026-12-07T12:00': must be after the start",
            "reservations.csv:5 start 'noon': must be a time such as 2026-11-21T10:00+09:00, or"
                + " 2026-11-21T10:00 on the venue's clock",
            "reservations.csv:5 state 'perhaps': must be confirmed or canceled",
            "reservations.csv:5 total '-1': must not be negative");
    assertThat(report.applied()).isTrue();
    assertThat(report.file(CalendarFile.VENUES))
        .isEqualTo(new FileReport("venues.csv", 4, 1, 0, 0, 3));
    assertThat(calendar.count("plan")).isEqualTo(1);
    assertThat(calendar.count("special_period")).isEqualTo(1);
    assertThat(calendar.count("occupation")).isEqualTo(1);
  }

  @Test
  void anAtomicImportWithABadRowWritesNothing() {
    ImportReport report =
        run(
            ImportOptions.ATOMIC,
            source(CalendarFile.VENUES, VENUES),
            source(CalendarFile.SPACES, SPACES + "lost,mars,迷子,\n"));

    assertThat(report.applied()).isFalse();
    assertThat(report.problems()).hasSize(1);
    assertThat(report.file(CalendarFile.SPACES).added()).as("would have been").isEqualTo(3);
    assertThat(calendar.count("venue")).isZero();
    assertThat(calendar.count("space")).isZero();

    assertThat(run(ImportOptions.ATOMIC, source(CalendarFile.VENUES, VENUES)).applied()).isTrue();
    assertThat(calendar.count("venue")).isEqualTo(2);
  }

  @Test
  void filesAreReadInTheRightOrderWhateverOrderTheyAreGivenIn() {
    ImportReport report =
        run(
            ImportOptions.DEFAULT,
            source(CalendarFile.PLANS, PLANS),
            source(CalendarFile.SPACES, SPACES),
            source(CalendarFile.VENUES, VENUES));

    assertThat(report.problems()).isEmpty();
    assertThat(report.files())
        .extracting(FileReport::name)
        .containsExactly("venues.csv", "spaces.csv", "plans.csv");
  }

  @Test
  void aHeaderThatDoesNotFitStopsTheFileWithAReason() {
    assertProblem(
        "venues.csv",
        "code,name,zone,colour\na,b,Asia/Tokyo,red\n",
        "venues.csv:1 colour 'colour': there is no such column; allowed are code, name, zone,"
            + " holiday_calendar");
    assertProblem(
        "venues.csv",
        "code,name\na,b\n",
        "venues.csv:1 zone '': the column is missing; allowed are code, name, zone,"
            + " holiday_calendar");
    assertProblem(
        "venues.csv",
        "code,name,zone,code\na,b,Asia/Tokyo,a\n",
        "venues.csv:1: a column is named twice");
    assertProblem(
        "venues.csv",
        "code;name;zone\na;b;Asia/Tokyo\n",
        "venues.csv:1 code;name;zone 'code;name;zone': separate the columns by commas");
    assertProblem("venues.csv", "", "venues.csv: the file is empty: its first line names columns");
    assertThat(calendar.count("venue")).isZero();
  }

  @Test
  void rowsThatAreNoCsvAreTold() {
    assertProblem(
        "venues.csv",
        "code,name,zone\na,b\nok,良い,Asia/Tokyo\n",
        "venues.csv:2: has 2 cells, the header has 3");
    assertProblem(
        "venues.csv",
        "code,name,zone\nfine,良い,Asia/Tokyo\nb,\"x,Asia/Tokyo\n",
        "venues.csv:3: Unclosed quoted field at end of input; the rest of the file was not read");
    assertThat(calendar.count("venue")).isEqualTo(2);
  }

  @Test
  void markOfUtf8WindowsLineEndsAndQuotedLineBreaksAreRead() {
    String text =
        "\uFEFFcode,name,zone\r\n\r\na,\"日本\",Asia/Tokyo\r\nb,\"two\r\nlines\",Asia/Tokyo\r\n";

    ImportReport report = run(ImportOptions.DEFAULT, source(CalendarFile.VENUES, text));

    assertThat(report.problems())
        .extracting(ImportProblem::toString)
        .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
        .startsWith(
            "venues.csv:4 name 'two\r\nlines': must be at most 200 characters without control");
    assertThat(read(TruthTables.VENUES, "a").orElseThrow().name()).isEqualTo("日本");
  }

  @Test
  void aFileInAnotherEncodingIsToldAndCanBeReadByNamingIt() {
    Charset windows31j = Charset.forName("windows-31j");
    byte[] bytes =
        ("code,name,zone\nok,ascii,Asia/Tokyo\n" + "tokyo,東京,Asia/Tokyo\n").getBytes(windows31j);

    ImportReport refused = run(ImportOptions.DEFAULT, source(CalendarFile.VENUES, bytes));

    assertThat(refused.problems())
        .extracting(ImportProblem::toString)
        .containsExactly(
            "venues.csv:3: not UTF-8 text: byte 93; save the file as UTF-8, or name the encoding it"
                + " has (Japanese spreadsheets often write windows-31j)");
    assertThat(read(TruthTables.VENUES, "ok")).as("what came before").isPresent();

    ImportReport read =
        run(new ImportOptions(false, windows31j), source(CalendarFile.VENUES, bytes));

    assertThat(read.problems()).isEmpty();
    assertThat(read(TruthTables.VENUES, "tokyo").orElseThrow().name()).isEqualTo("東京");
    ImportReport utf16 =
        run(
            ImportOptions.DEFAULT,
            source(CalendarFile.VENUES, VENUES.getBytes(StandardCharsets.UTF_16)));
    assertThat(utf16.problems())
        .extracting(ImportProblem::toString)
        .containsExactly("venues.csv:1: the file is in UTF-16; save it as UTF-8");
  }

  @Test
  void aColumnThatIsLeftOutKeepsWhatIsStored() {
    importAll();

    ImportReport report =
        run(
            ImportOptions.DEFAULT,
            source(CalendarFile.PLANS, "code,space,name\nhall-hour,hall,新しい名前\n"),
            source(CalendarFile.PRICES, "plan,prices\nhall-hour,any 9\n"));

    assertThat(report.problems()).isEmpty();
    Plan plan = truth("hall-hour").plan();
    assertThat(plan.name()).isEqualTo("新しい名前");
    assertThat(plan.rules().bufferAfterMinutes()).isEqualTo(30);
    assertThat(plan.prices().terms().dayPrice()).hasValue(20_000);
    run(
        ImportOptions.DEFAULT,
        source(CalendarFile.PLANS, "code,space,name,buffer_after_minutes\nhall-hour,hall,x,\n"));
    assertThat(truth("hall-hour").plan().rules().bufferAfterMinutes()).as("empty cell").isZero();
  }

  @Test
  void spacesStayAtTheirVenueAndPlansWithTheirSpace() {
    importAll();

    assertProblem(
        "spaces.csv",
        "code,venue,name\nhall,soho,x\n",
        "spaces.csv:2 venue 'soho': a space stays at the venue it was added to");
    assertProblem(
        "plans.csv",
        "code,space,name\nhall-hour,desks,x\n",
        "plans.csv:2 space 'desks': a plan stays with the space it was added to");
    assertProblem(
        "reservations.csv",
        "code,plan,start,end\nr-1,desk-day,2026-12-07T10:00,2026-12-07T12:00\n",
        "reservations.csv:2 plan 'desk-day': a reservation of this code belongs to another plan");
    assertProblem(
        "venues.csv",
        "code,name,zone,holiday_calendar\nshibuya,x,Asia/Tokyo,atlantis\n",
        "venues.csv:2 holiday_calendar 'atlantis'");
  }

  @Test
  void resourcesOfASpaceGrowAndChange() {
    importAll();
    long version = truth("hall-hour").space().version();

    ImportReport report =
        run(
            ImportOptions.DEFAULT,
            source(
                CalendarFile.SPACES, "code,venue,name,resources\nleft-room,shibuya,左の部屋,left:2\n"));

    assertThat(report.file(CalendarFile.SPACES).changed()).isEqualTo(1);
    assertThat(truth("hall-hour").resources().getFirst().units()).hasSize(2);
    assertThat(truth("hall-hour").space().version()).isEqualTo(version + 1);
    assertProblem(
        "spaces.csv",
        "code,venue,name,resources\nleft-room,shibuya,x,left left:2\n",
        "spaces.csv:2 resources 'left left:2': left is named twice");
    assertProblem(
        "spaces.csv",
        "code,venue,name,resources\nleft-room,shibuya,x,left:101\n",
        "spaces.csv:2 resources 'left:101': must be between 1 and 100");
  }

  @Test
  void aReservationMovesAndIsCanceledByItsCode() {
    importAll();
    assertThat(truth("hall-hour").occupations()).hasSize(3);
    calendar.refreshes.clear();

    ImportReport moved =
        run(
            ImportOptions.DEFAULT,
            source(
                CalendarFile.RESERVATIONS,
                """
                code,plan,start,end,total
                r-1,hall-hour,2026-12-07T11:00,2026-12-07T12:00,4000
                r-4,left-quarter,2026-12-07T10:00,2026-12-07T11:00,
                """));

    assertThat(moved.problems()).isEmpty();
    assertThat(moved.file(CalendarFile.RESERVATIONS))
        .isEqualTo(new FileReport("reservations.csv", 2, 1, 1, 0, 0));
    assertThat(calendar.refreshes.planIds())
        .contains(id(TruthTables.PLANS, "hall-hour"), id(TruthTables.PLANS, "left-quarter"));
    assertThat(truth("hall-hour").occupations()).hasSize(4);

    run(
        ImportOptions.DEFAULT,
        source(
            CalendarFile.RESERVATIONS,
            "code,plan,start,end,state,total\n"
                + "r-1,hall-hour,2026-12-07T11:00,2026-12-07T12:00,canceled,4000\n"));

    assertThat(truth("hall-hour").occupations()).hasSize(2);
    // r-4 would have to make room for it.
    assertProblem(
        "reservations.csv",
        "code,plan,start,end,state,total\n"
            + "r-1,hall-hour,2026-12-07T10:00,2026-12-07T11:00,confirmed,4000\n",
        "reservations.csv:2 start '2026-12-07T10:00': no unit of left is free in that time, buffers"
            + " included: it overlaps r-4");
  }

  @Test
  void cellsRowsAndFilesHaveLimits() {
    String header = "code,name,zone\n";
    int longest = CsvRows.MAXIMUM_FIELD_LENGTH;
    assertProblem(
        "venues.csv",
        header + "a," + "x".repeat(longest) + ",Asia/Tokyo\n",
        "venues.csv:2 name '" + "x".repeat(80) + "…': must be at most 200 characters");
    assertProblem(
        "venues.csv",
        header + "a," + "x".repeat(longest + 1) + ",Asia/Tokyo\n",
        "venues.csv:2 name '" + "x".repeat(80) + "…': has 20001 characters; at most 20000");
    String third = "x".repeat(CsvRows.MAXIMUM_ROW_LENGTH - 2 * longest);
    String twoLong = "x".repeat(longest) + "," + "x".repeat(longest) + ",";
    assertProblem("venues.csv", header + twoLong + third + "\n", "venues.csv:2");
    assertThat(
            run(ImportOptions.DEFAULT, source(CalendarFile.VENUES, header + twoLong + third))
                .problems())
        .noneMatch(problem -> problem.reason().contains("the row has"));
    assertProblem(
        "venues.csv",
        header + twoLong + third + "x\n",
        "venues.csv:2: the row has 50001 characters; at most 50000 are allowed");
    String code = "c".repeat(ReservationRows.MAXIMUM_CODE_LENGTH);
    importAll();
    String reservation = ",desk-day,2026-12-08T10:00,2026-12-08T12:00\n";
    assertThat(
            run(
                    ImportOptions.DEFAULT,
                    source(CalendarFile.RESERVATIONS, "code,plan,start,end\n" + code + reservation))
                .problems())
        .isEmpty();
    assertProblem(
        "reservations.csv",
        "code,plan,start,end\n" + code + "c" + reservation,
        "reservations.csv:2 code '" + code + "c': must be at most 64 characters");
  }

  @Test
  void aFileHasAtMostAMillionRows() {
    byte[] row = "a,b,c\n".getBytes(StandardCharsets.US_ASCII);
    for (int surplus = 0; surplus <= 1; surplus++) {
      int rows = CsvRows.MAXIMUM_ROWS + surplus;
      byte[] text = new byte["code,name,zone\n".length() + rows * row.length];
      System.arraycopy("code,name,zone\n".getBytes(StandardCharsets.US_ASCII), 0, text, 0, 15);
      for (int index = 0; index < rows; index++) {
        System.arraycopy(row, 0, text, 15 + index * row.length, row.length);
      }
      CsvRows lines =
          new CsvRows(
              CalendarFile.VENUES,
              "venues.csv",
              new ByteArrayInputStream(text),
              StandardCharsets.UTF_8);
      long good = 0;
      Optional<CsvRows.Line> line = lines.next();
      CsvRows.Line last = line.orElseThrow();
      while (line.isPresent()) {
        last = line.get();
        good += last instanceof CsvRows.Line.Good ? 1 : 0;
        line = lines.next();
      }
      assertThat(good).isEqualTo(CsvRows.MAXIMUM_ROWS);
      assertThat(last instanceof CsvRows.Line.Unreadable).isEqualTo(surplus == 1);
    }
  }

  @Test
  void problemsBeyondTheLimitAreCounted() {
    Problems problems = new Problems(2);
    for (int index = 0; index < 2; index++) {
      problems.add(new ImportProblem("f", index, "", "", "x"));
    }
    assertThat(problems.omitted()).isZero();
    problems.add(new ImportProblem("f", 3, "", "", "x"));
    assertThat(problems.listed()).hasSize(2);
    assertThat(problems.omitted()).isEqualTo(1);
    assertThat(problems.isEmpty()).isFalse();
  }

  @Test
  void aFileThatCannotBeReadIsAnError(@TempDir Path directory) {
    assertThatThrownBy(() ->
            run(
                ImportOptions.DEFAULT,
                ImportSource.of(CalendarFile.VENUES, directory.resolve("venues.csv"))))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Cannot read")
        .hasMessageContaining("venues.csv");
  }

  @Test
  void tenThousandPlansComeInWithProgress() {
    List<Long> progress = new ArrayList<>();
    StringBuilder venues = new StringBuilder("code,name,zone,holiday_calendar\n");
    IntStream.range(0, 200)
        .forEach(venue -> venues.append("v%d,会場%d,Asia/Tokyo,jp\n".formatted(venue, venue)));
    StringBuilder spaces = new StringBuilder("code,venue,name\n");
    StringBuilder hours = new StringBuilder("space,plan,hours\n");
    IntStream.range(0, 1_000)
        .forEach(space -> {
          spaces.append("s%d,v%d,部屋%d\n".formatted(space, space % 200, space));
          hours.append("s%d,,mon-fri 09:00-22:00; sat 10:00-26:00\n".formatted(space));
        });
    StringBuilder plans = new StringBuilder("code,space,name,unit_minutes,buffer_after_minutes\n");
    StringBuilder prices = new StringBuilder("plan,prices\n");
    IntStream.range(0, 10_000)
        .forEach(plan -> {
          plans.append("p%d,s%d,プラン%d,30,15\n".formatted(plan, plan % 1_000, plan));
          hours.append(",p%d,mon-sun 08:00-20:00\n".formatted(plan));
          prices.append(
              "p%d,\"mon-fri 09:00-18:00 %d; sat,sun,hol 3000; any 2500\"\n"
                  .formatted(plan, 1_000 + plan));
        });
    ImportSource[] sources = {
      source(CalendarFile.VENUES, venues.toString()),
      source(CalendarFile.SPACES, spaces.toString()),
      source(CalendarFile.PLANS, plans.toString()),
      source(CalendarFile.HOURS, hours.toString()),
      source(CalendarFile.PRICES, prices.toString())
    };
    for (String pass : List.of("first import", "same again")) {
      long start = System.nanoTime();
      ImportReport report =
          imports.run(
              List.of(sources),
              ImportOptions.DEFAULT,
              (name, rows) -> {
                if (name.equals("plans.csv")) {
                  progress.add(rows);
                }
              });
      System.out.printf(
          "import of 10,000 plans with hours and prices, %s: %d ms%n",
          pass, (System.nanoTime() - start) / 1_000_000);
      assertThat(report.problems()).isEmpty();
    }
    assertThat(progress).hasSize(12).startsWith(2_000L, 4_000L).endsWith(10_000L);
    assertThat(calendar.count("plan")).isEqualTo(10_000);
    assertThat(truth("p7").version()).as("venue; space, hours; plan, hours, prices").isEqualTo(6);
  }

  @Test
  void theSampleComesInWithoutAProblem(@TempDir Path directory) throws Exception {
    try (SampleFiles files = new SampleFiles(directory)) {
      SampleData.generate(
          SampleData.DEFAULT_SEED,
          SampleSize.SMALL,
          LocalDate.of(2026, 11, 21),
          new HolidayCalendars(),
          files);
    }

    ImportReport report = run(ImportOptions.ATOMIC, ImportSource.inDirectory(directory));

    assertThat(report.problems()).isEmpty();
    assertThat(report.file(CalendarFile.PLANS).added()).isEqualTo(1_000);
    assertThat(report.file(CalendarFile.RESERVATIONS).added()).isPositive();
    assertThat(calendar.count("occupation"))
        .isEqualTo(report.file(CalendarFile.RESERVATIONS).added());
    assertThat(run(ImportOptions.DEFAULT, ImportSource.inDirectory(directory)).files())
        .allSatisfy(file -> assertThat(file.unchanged()).isEqualTo(file.read()));
  }

  private ImportReport importAll() {
    return run(
        ImportOptions.DEFAULT,
        ALL.entrySet().stream()
            .map(file -> source(file.getKey(), file.getValue()))
            .toArray(ImportSource[]::new));
  }

  private ImportReport run(ImportOptions options, ImportSource... sources) {
    return run(options, List.of(sources));
  }

  private ImportReport run(ImportOptions options, List<ImportSource> sources) {
    return imports.run(sources, options, ImportProgress.NONE);
  }

  private void assertProblem(String fileName, String text, String problem) {
    CalendarFile file = CalendarFile.of(Path.of(fileName)).orElseThrow();
    assertThat(run(ImportOptions.DEFAULT, source(file, text)).problems())
        .isNotEmpty()
        .anySatisfy(found -> assertThat(found.toString()).startsWith(problem));
  }

  private static ImportSource source(CalendarFile file, String text) {
    return source(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ImportSource source(CalendarFile file, byte[] bytes) {
    return new ImportSource(file, file.fileName(), () -> new ByteArrayInputStream(bytes));
  }

  private Truth truth(String planCode) {
    return calendar.truth(id(TruthTables.PLANS, planCode));
  }

  private <T> long id(TruthTable<T> table, String code) {
    Map<String, Long> ids = calendar.read(handle -> table.ids(handle, List.of(code)));
    return ids.get(code);
  }

  private <T> Optional<T> read(TruthTable<T> table, String code) {
    return calendar.read(handle ->
        table.read(handle, table.ids(handle, List.of(code)).values()).values().stream()
            .findFirst());
  }

  /** The versions of everything, by kind and code. */
  private Map<String, Long> versions() {
    return calendar.read(handle ->
        handle
            .createQuery(
                """
                SELECT 'venue ' || code AS code, version FROM calendar.venue
                UNION ALL SELECT 'space ' || code, version FROM calendar.space
                UNION ALL SELECT 'plan ' || code, version FROM calendar.plan
                """)
            .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }
}
