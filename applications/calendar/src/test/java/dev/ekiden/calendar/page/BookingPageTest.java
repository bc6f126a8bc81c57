package dev.ekiden.calendar.page;

import static dev.ekiden.testkit.browser.Soon.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.server.Http;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Customers book on the page, in a real browser, on a running server. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class BookingPageTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final String EMPTY = "empty";

  @TempDir static Path directory;
  private static RunningCalendar server;

  private static boolean isFilled;

  private BookingPage person;

  @BeforeAll
  static void start() throws Exception {
    server = RunningCalendar.start(directory, database.address());
  }

  /** The first test meets an installation in which nobody has entered anything. */
  @BeforeEach
  void fill(TestInfo test) throws Exception {
    if (!isFilled && !test.getTags().contains(EMPTY)) {
      Bayside.fill(server, directory);
      isFilled = true;
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void nothingWentWrongUnseen() {
    if (person != null) {
      try {
        person.assertClean();
      } finally {
        person.close();
      }
    }
  }

  /** Somebody in Tokyo, with a phone. */
  private BookingPage onAPhone() {
    return visit(BookingPage.ON_A_PHONE);
  }

  private BookingPage visit(View who) {
    return visit(server, chromium.open(who));
  }

  private BookingPage visit(RunningCalendar calendar, Page page) {
    person = new BookingPage(calendar.publicAddress(), page, now());
    return person;
  }

  /** Until the calendars are what the bookings made of them. */
  private static void settle() {
    try {
      server.settle();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Instant now() {
    return server.engine().clock().now();
  }

  private static String hold(String plan, String start, String end) {
    return "{\"plan\":\"%s\",\"start\":\"%s\",\"end\":\"%s\"}".formatted(plan, start, end);
  }

  private static long reservations(String plan, String start) {
    return server
        .database()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*)
                    FROM calendar.reservation
                    JOIN calendar.plan ON plan.id = reservation.plan_id
                    WHERE plan.code = :plan
                      AND start_at = CAST(:start AS timestamptz)
                    """)
                .bind("plan", plan)
                .bind("start", start)
                .mapTo(Long.class)
                .one());
  }

  @Test
  @Order(1)
  @Tag(EMPTY)
  void whereNobodyHasEnteredASpaceThatIsSaid() {
    BookingPage page = onAPhone().open("?date=2026-12-17");
    assertThat(page.heading("スペースはまだ登録されていません")).isVisible();
    page.picture("empty-phone");
    page.assertAccessible();
    page.open("/spaces");
    assertThat(page.heading("スペースはまだ登録されていません")).isVisible();
  }

  // ---- the way through ----

  @Test
  void fromTheSearchToAConfirmedBookingAndBack() throws Exception {
    BookingPage page = onAPhone().open("");
    assertThat(page.heading("ご利用日時を選んでください")).isVisible();
    page.choose("2026-12-08");
    page.picture("search-phone");
    page.find("#time").selectOption("17:00");
    page.find("#people").fill("８");
    page.find("#words").fill("ベイサイド　会議");
    page.button("検索する").click();
    assertThat(page.heading("1件のスペースが空いています")).isVisible();
    assertThat(page.find(".result .cost strong")).hasText("¥5,000");
    page.assertAccessible();
    page.picture("results-phone");
    page.find(".result").click();

    assertThat(page.heading("会議室 海")).isFocused();
    assertThat(page.text("12月8日(火) 17:00 · 2時間に予約できるプラン")).isVisible();
    assertThat(page.text("より長い時間のプランです")).isVisible();
    assertThat(page.find(".line .chip")).containsText("12月9日(水) 09:00 (8時間)");
    page.assertAccessible();
    page.picture("space-phone");
    page.link("1時間プラン").click();

    assertThat(page.find(".chosen strong")).hasText("12月8日(火) 17:00–19:00");
    // What the price is made of, and the price.
    assertThat(page.text("17:00–18:00 · ¥2,000/時間")).isVisible();
    assertThat(page.text("18:00–19:00 · ¥3,000/時間")).isVisible();
    assertThat(page.find(".breakdown .total dd")).hasText("¥5,000");
    assertThat(page.text("うち消費税 ¥454")).isVisible();
    page.assertAccessible();
    page.picture("plan-phone");
    page.button("予約内容の確認へ").click();

    assertThat(page.text("仮押さえ中")).isVisible();
    assertThat(page.find(".pairs strong.number")).hasText("¥5,000");
    String address = page.page().url();
    assertThat(address).matches(".*/calendar/booking/reservation#[A-Za-z0-9_-]{43}");
    page.assertAccessible();
    page.picture("held-phone");
    page.page().reload();
    page.button("予約を確定する").click();

    assertThat(page.text("予約確定")).isVisible();
    assertThat(page.text("12月6日(日) 17:00までキャンセル無料、以降は料金の50%")).isVisible();
    page.assertAccessible();
    page.picture("confirmed-phone");
    page.page().reload();
    assertThat(page.text("予約確定")).isVisible();
    Download file = page.page().waitForDownload(() -> page.button("カレンダーに追加").click());
    assertThat(file.suggestedFilename()).matches("reservation-\\d+\\.ics");
    assertReservationIn(Files.readString(file.path(), StandardCharsets.UTF_8));

    page.button("予約をキャンセル").click();
    assertThat(page.text("キャンセル料はかかりません")).isVisible();
    page.find("dialog .danger").click();
    assertThat(page.text("キャンセル済み")).isVisible();
    page.picture("canceled-phone");
    // The token has been in no address but those of the API.
    String token = address.substring(address.indexOf('#') + 1);
    assertThat(page.asked())
        .filteredOn(url -> url.contains(token))
        .isNotEmpty()
        .allMatch(url -> url.contains("/calendar/reservations/" + token));
  }

  private static void assertReservationIn(String ics) {
    var event = biweekly.Biweekly.parse(ics).first().getEvents().getFirst();
    assertThat(event.getDateStart().getValue().toInstant())
        .isEqualTo(Instant.parse("2026-12-08T08:00:00Z"));
    assertThat(event.getDateEnd().getValue().toInstant())
        .isEqualTo(Instant.parse("2026-12-08T10:00:00Z"));
    assertThat(event.getSummary().getValue()).isEqualTo("会議室 海 (港区ベイサイド)");
    assertThat(event.getDescription().getValue()).startsWith("1時間プラン\n¥5,000\n#");
    assertThat(ics.lines()).allMatch(line -> line.getBytes(StandardCharsets.UTF_8).length <= 75);
  }

  @Test
  void firstThePlanThenTheTime() {
    BookingPage page = onAPhone().open("/spaces");
    page.find("#words").fill("会議室 海");
    page.button("探す").click();
    assertThat(page.find(".result .what strong")).hasText("会議室 海");
    page.find(".result").click();
    assertThat(page.heading("すべてのプラン")).isVisible();
    page.link("30分プラン").click();
    page.find("#free-minutes").selectOption("90");
    page.button("次の日付").click();
    page.day("11/30").click();
    page.start("09:00").click();
    assertThat(page.find(".chosen strong")).hasText("11月30日(月) 09:00–10:30");
    assertThat(page.find(".breakdown .total dd")).hasText("¥3,900");
    // Everything is in the address.
    page.page().reload();
    assertThat(page.find(".chosen strong")).hasText("11月30日(月) 09:00–10:30");
    page.page().goBack();
    assertThat(page.heading("すべてのプラン")).isVisible();
  }

  @Test
  void aTimeThatSomebodyElseTakesMeanwhile() {
    BookingPage page = onAPhone().open("/plans/hourly?date=2026-12-21&time=13:00&minutes=60");
    assertThat(page.find(".breakdown .total dd")).hasText("¥2,000");
    String other =
        server
            .open()
            .post("/calendar/holds", hold("hourly", "2026-12-21T13:00", "2026-12-21T14:00"))
            .code();
    assertThat(other).isEmpty();
    page.button("予約内容の確認へ").click();
    assertThat(page.text("たった今、ほかの方がこの時間を予約しました")).isVisible();
    assertThat(page.find(".notice .chip")).hasText(Pattern.compile("11:00 · ¥2,000"));
    page.picture("taken-phone");
    page.find(".notice .chip >> nth=1").click();
    assertThat(page.find(".chosen strong")).hasText("12月21日(月) 12:00–13:00");
    page.button("予約内容の確認へ").click();
    page.button("予約を確定する").click();
    assertThat(page.text("予約確定")).isVisible();
  }

  @Test
  void ofTwoWhoPressAtOnceOneGetsTheTimeAndTheOtherTheNextBest() {
    String path = "/plans/half?date=2026-12-22&time=10:00&minutes=60";
    try (BookingPage one = visit(BookingPage.ON_A_PHONE).open(path);
        BookingPage other = visit(BookingPage.AT_A_DESK.speaking("en-US")).open(path)) {
      List<BookingPage> both = List.of(one, other);
      both.forEach(page -> assertThat(page.find(".breakdown .total dd")).hasText("¥2,600"));
      both.forEach(page ->
          page.page()
              .evaluate("() => setTimeout(() => document.querySelector('.primary').click())"));
      both.forEach(page -> page.find(".status.warning.big, .notice.bad").waitFor());
      both.forEach(BookingPage::assertClean);
      BookingPage winner = one.find(".notice.bad").isVisible() ? other : one;
      BookingPage loser = winner == one ? other : one;
      assertThat(winner.find(".status.warning.big")).isVisible();
      assertThat(loser.find(".choice h2")).isFocused();
      loser.find(".notice.bad .chip").click();
      assertThat(loser.find(".chosen strong")).containsText("09:00–10:00");
      loser.page().locator(".choice .primary, .bar .primary").locator("visible=true").click();
      for (BookingPage page : both) {
        page.find(".actions .primary").click();
        assertThat(page.find(".status.good.big")).isVisible();
      }
      assertThat(reservations("half", "2026-12-22T10:00+09:00")).isEqualTo(1);
      assertThat(reservations("half", "2026-12-22T09:00+09:00")).isEqualTo(1);
    }
    person = null;
  }

  @Test
  void pressingTwiceBooksOnce() {
    BookingPage page = onAPhone().open("/plans/half?date=2026-12-10&time=10:00&minutes=30");
    assertThat(page.find(".breakdown .total dd")).hasText("¥1,300");
    page.slow(300, 200_000);
    page.button("予約内容の確認へ").dblclick();
    assertThat(page.text("仮押さえ中")).isVisible();
    page.button("予約を確定する").dblclick();
    assertThat(page.text("予約確定")).isVisible();
    assertThat(reservations("half", "2026-12-10T10:00+09:00")).isEqualTo(1);
    assertThat(page.asked().stream().filter(url -> url.endsWith("/holds"))).hasSize(1);
  }

  @Test
  void aRequestThatIsSentAgainIsOneBooking() {
    BookingPage page = onAPhone().open("/plans/half?date=2026-12-10&time=12:00&minutes=30");
    assertThat(page.find(".breakdown .total dd")).hasText("¥1,300");
    int[] lost = new int[1];
    // The server books, but its first answer is lost on the way.
    page.page()
        .route(
            "**/calendar/holds",
            route -> {
              if (lost[0]++ == 0) {
                route.fetch();
                route.abort();
              } else {
                route.resume();
              }
            });
    page.button("予約内容の確認へ").click();
    assertThat(page.text("仮押さえ中")).isVisible();
    assertThat(lost[0]).isEqualTo(2);
    assertThat(reservations("half", "2026-12-10T12:00+09:00")).isEqualTo(1);
  }

  @Test
  void aHoldThatIsNotConfirmedInTime() {
    BookingPage page = onAPhone().open("/plans/half?date=2026-12-10&time=14:00&minutes=30");
    page.button("予約内容の確認へ").click();
    assertThat(page.text("仮押さえ中")).isVisible();
    server.engine().clock().set(now().plus(Duration.ofMinutes(6)));
    page.button("予約を確定する").click();
    assertThat(page.text("確定の期限が過ぎました")).isVisible();
    assertThat(page.text("期限切れ")).isVisible();
    page.picture("expired-phone");
    page.link("空き時間を見る").click();
    assertThat(page.heading("30分プラン")).isVisible();
  }

  @Test
  void aBookingIsMovedAndExtendedAndItsFeeIsTold() {
    BookingPage page = onAPhone().open("/plans/hourly?date=2026-11-22&time=13:00&minutes=60");
    page.button("予約内容の確認へ").click();
    page.button("予約を確定する").click();
    assertThat(page.text("キャンセル料は料金の50%")).isVisible();
    page.find(".extend select")
        .selectOption(new com.microsoft.playwright.options.SelectOption().setIndex(0));
    page.button("延長").click();
    assertThat(page.text("延長しました")).isVisible();
    assertThat(page.find(".pairs strong")).containsText("13:00–15:00");
    page.button("日時を変更").click();
    assertThat(page.heading("変更後の日時を選ぶ")).isFocused();
    page.day("11/23").click();
    page.start("10:00").click();
    page.button("この日時に変更する").click();
    // Tomorrow is within the two days before which a change was free.
    assertThat(page.text("変更の期限を過ぎています")).isVisible();
    page.button("変更しない").click();
    page.button("予約をキャンセル").click();
    assertThat(page.text("キャンセル料 ¥2,000 がかかります")).isVisible();
    page.picture("cancel-phone");
    page.button("予約を続ける").click();

    page.open("/plans/half?date=2026-12-11&time=13:00&minutes=30");
    page.button("予約内容の確認へ").click();
    page.button("予約を確定する").click();
    page.button("日時を変更").click();
    page.find("#change-minutes").selectOption("60");
    page.start("15:30").click();
    page.picture("change-phone");
    page.button("この日時に変更する").click();
    assertThat(page.text("変更しました")).isVisible();
    assertThat(page.find(".pairs strong")).containsText("15:30–16:30");
    assertThat(page.find(".pairs strong.number")).hasText("¥2,600");
  }

  @Test
  void aBookingThatTheHostHasToApprove() {
    BookingPage page = onAPhone().open("/plans/asked?date=2026-12-12&time=10:00&minutes=120");
    assertThat(page.text("ホストの承認後に確定")).isVisible();
    // The minimum price is part of what it is made of.
    assertThat(page.text("最低料金の適用")).isVisible();
    assertThat(page.find(".breakdown .total dd")).hasText("¥20,000");
    page.button("予約内容の確認へ").click();
    page.button("予約をリクエストする").click();
    assertThat(page.text("承認待ち")).isVisible();
    assertThat(page.text("までにホストが回答します")).isVisible();
    page.picture("requested-phone");
  }

  // ---- wrong and missing ----

  @Test
  void whatIsWrongIsToldBesideItsField() {
    BookingPage page = onAPhone().open("");
    page.find("#people").fill("0");
    page.find("#maximum").fill("9千円");
    page.button("検索する").click();
    assertThat(page.find("#people")).isFocused();
    assertThat(page.find("#people-error")).hasText("1 から 100,000 までの整数で入力してください。");
    assertThat(page.find("#maximum")).hasAttribute("aria-invalid", "true");
    page.find("#people").fill("100000");
    page.find("#maximum").fill("");
    page.find("#words").fill("海".repeat(101));
    page.button("検索する").click();
    assertThat(page.find("#words-error")).hasText("100文字以内で入力してください。");
    assertThat(page.find("#people-error")).isHidden();
    assertThat(page.asked().stream().filter(url -> url.contains("/search/"))).isEmpty();
  }

  @Test
  void anAddressThatAsksForWhatThereIsNotIsToldBesideItsFieldToo() {
    BookingPage page = onAPhone().open("?date=2026-11-01&time=25:00&minutes=10081&people=100001");
    assertThat(page.find("#date-error")).hasText("過去の日付です。今日以降を選んでください。");
    assertThat(page.find("#time-error")).hasText("10:00 のように入力してください。");
    assertThat(page.find("#minutes-error")).hasText("7日以内で選んでください。");
    assertThat(page.find("#people-error")).isVisible();
    page.picture("mistakes-phone");
    page.assertAccessible();
    page.open("?date=2029-01-01");
    assertThat(page.find("#date-error")).hasText("2年以内の日付を選んでください。");
    page.open("?date=2026-02-30");
    assertThat(page.find("#date-error")).hasText("日付を選んでください。");
    page.open("/spaces/room?date=never");
    assertThat(page.find("#date-error")).isVisible();
    assertThat(page.heading("すべてのプラン")).isVisible();
    assertThat(page.asked().stream().filter(url -> url.contains("/search/"))).isEmpty();
    page.open("?date=2026-12-17&minutes=10080&people=100000");
    assertThat(page.heading("この日時に空きはありません")).isVisible();
    // The page makes what fits of a plan's address.
    page.open("/plans/half?date=2026-99-99&time=late&minutes=-7");
    assertThat(page.find(".time")).isVisible();
  }

  @Test
  void aDayIsChosenInTheLanguageOfThePage() {
    BookingPage page = onAPhone().open("");
    page.find("#date").press("Enter");
    assertThat(page.find("[data-date='" + today(1) + "']")).isFocused();
    assertThat(page.find(".calendar th")).hasText("日");
    page.assertAccessible();
    page.picture("calendar-phone");
    page.choose("2026-12-31");
    assertThat(page.find("#date")).hasText("12月31日(木)");
    assertThat(page.find("#date")).isFocused();
    page.find("#date").press("Enter");
    page.page().keyboard().press("ArrowRight");
    assertThat(page.find("[data-date='2027-01-01']")).isFocused();
    assertThat(page.text("2027年1月")).isVisible();
    for (String key : List.of("PageDown", "Home", "ArrowUp", "Shift+PageDown", "End")) {
      page.page().keyboard().press(key);
    }
    assertThat(page.find("[data-date='2028-01-29']")).isFocused();
    // Neither before today nor further than two years.
    page.page().keyboard().press("Shift+PageDown");
    assertThat(page.button("次の月")).isDisabled();
    for (int years = 0; years < 3; years++) {
      page.page().keyboard().press("Shift+PageUp");
    }
    assertThat(page.find("[data-date='" + today(0) + "']")).isFocused();
    assertThat(page.button("前の月")).isDisabled();
    page.page().keyboard().press("Escape");
    assertThat(page.find(".calendar")).isHidden();
    assertThat(page.find("#date")).isFocused();
    page.find("#date").click();
    page.button("明日").click();
    assertThat(page.find("input[name=date]")).hasValue(today(1));
    page.find("#date").click();
    page.find("h1").click();
    assertThat(page.find(".calendar")).isHidden();
    page.button("Show in English").click();
    page.find("#date").click();
    assertThat(page.find(".calendar th")).hasText("Mon");
    assertThat(page.button("Tomorrow")).isVisible();
    page.picture("calendar-english");
  }

  private static String today(int daysLater) {
    return now().atZone(ZoneId.of("Asia/Tokyo")).toLocalDate().plusDays(daysLater).toString();
  }

  @Test
  void whereNothingIsFreeOtherTimesAreOffered() {
    BookingPage page = onAPhone().open("?date=2026-12-13&time=07:00&minutes=120&words=会議室+海");
    assertThat(page.heading("この日時に空きはありません")).isVisible();
    page.picture("elsewhen-phone");
    page.link("09:00").click();
    assertThat(page.heading("1件のスペースが空いています")).isVisible();
    page.open("?date=2026-12-13&time=07:00&minutes=120&words=nowhere");
    assertThat(page.link("ほかの条件なしで探す")).isVisible();
    page.picture("nothing-phone");
    // Two hours ago.
    page.open("?date=2026-11-21&time=07:00&minutes=60");
    assertThat(page.text("この時刻はすでに過ぎています")).isVisible();
  }

  @Test
  void outsideBusinessHoursTheReasonAndTheNextFreeTimeAreTold() {
    BookingPage page = onAPhone().open("/spaces/room?date=2026-12-13&time=07:00&minutes=120");
    assertThat(page.text("この時間に予約できるプランはありません")).isVisible();
    assertThat(page.text("営業時間外")).isVisible();
    page.picture("closed-phone");
    page.page()
        .locator(".line", new Page.LocatorOptions().setHasText("1時間プラン"))
        .locator(".chip")
        .first()
        .click();
    assertThat(page.find(".chosen strong")).hasText("12月13日(日) 09:00–11:00");
  }

  @Test
  void whatIsNotThereIsSaid() {
    BookingPage page = onAPhone().open("/reservation#" + "A".repeat(43));
    assertThat(page.heading("このリンクの予約は見つかりません")).isVisible();
    page.picture("unknown-phone");
    page.open("/plans/none");
    assertThat(page.text("このプランは現在ご利用いただけません")).isVisible();
    page.open("/nowhere");
    assertThat(page.heading("ページが見つかりません")).isVisible();
  }

  @Test
  void namesAreTextWhateverTheyContain() {
    Http csv = server.control().with("Content-Type", "text/csv");
    String name = "<img src=x onerror=alert(1)> & \"\"x\"\"";
    csv.post("/calendar/import/spaces.csv", "code,venue,name\nodd/?#%,tokyo,\"" + name + "\"\n");
    csv.post("/calendar/import/plans.csv", "code,space,name\nodd&=+,odd/?#%,\"" + name + "\"\n");
    BookingPage page = onAPhone().open("?date=2026-12-20&words=<img+src=x+onerror=alert(1)>");
    assertThat(page.find(".wish")).containsText("<img src=x onerror=alert(1)>");
    page.open("/spaces?words=onerror");
    page.find(".result").click();
    assertThat(page.find("h1")).hasText("<img src=x onerror=alert(1)> & \"x\"");
    page.find(".cards .result").click();
    assertThat(page.find("h1")).hasText("<img src=x onerror=alert(1)> & \"x\"");
    assertThat(page.text("受付期間内に")).isVisible();
  }

  // ---- how it is for whom ----

  @Test
  void withTheKeyboardAlone() {
    BookingPage page = visit(BookingPage.AT_A_DESK).open("");
    assertThat(page.find(".search")).isVisible();
    page.page().keyboard().press("Tab");
    assertThat(page.text("本文へ移動")).isFocused();
    for (String key : List.of("Enter", "Tab", "Enter", "PageDown", "ArrowUp", "ArrowRight")) {
      page.page().keyboard().press(key);
    }
    assertThat(page.find("[data-date='2026-12-16']")).isFocused();
    for (String key : List.of("ArrowLeft", "ArrowLeft", "Enter", "Tab", "Tab", "ArrowUp")) {
      page.page().keyboard().press(key);
    }
    assertThat(page.find("#date")).hasText("12月14日(月)");
    assertThat(page.find("#minutes")).hasValue("90");
    page.page().keyboard().press("ArrowUp");
    tabTo(page, "#words");
    page.page().keyboard().insertText("会議室 海");
    page.page().keyboard().press("Enter");
    assertThat(page.find(".result")).isVisible();
    tabTo(page, ".result");
    page.page().keyboard().press("Enter");
    assertThat(page.heading("会議室 海")).isFocused();
    tabTo(page, "ul.cards .result");
    page.page().keyboard().press("Enter");
    assertThat(page.find(".chosen strong")).hasText("12月14日(月) 10:00–11:00");
    tabTo(page, ".day input");
    page.page().keyboard().press("ArrowRight");
    assertThat(page.find(".starts legend")).hasText("12月15日(火)の開始時刻");
    tabTo(page, ".time input");
    page.page().keyboard().press("ArrowRight");
    assertThat(page.find(".chosen strong")).hasText("12月15日(火) 11:00–12:00");
    tabTo(page, ".choice .primary");
    page.page().keyboard().press("Enter");
    assertThat(page.heading("ご予約")).isFocused();
    tabTo(page, ".actions .primary");
    page.page().keyboard().press("Enter");
    assertThat(page.text("予約確定")).isVisible();
    tabTo(page, ".quiet-danger");
    page.page().keyboard().press("Enter");
    assertThat(page.button("予約を続ける")).isFocused();
    page.page().keyboard().press("Escape");
    assertThat(page.find("dialog")).isHidden();
    assertThat(page.find(".quiet-danger")).isFocused();
  }

  private static void tabTo(BookingPage page, String selector) {
    for (int presses = 0; presses < 60; presses++) {
      page.page().keyboard().press("Tab");
      if ((boolean)
          page.page().evaluate("selector => document.activeElement.matches(selector)", selector)) {
        return;
      }
    }
    throw new AssertionError("Tab never came to " + selector);
  }

  @Test
  void inEnglishAndElsewhere() {
    BookingPage page =
        visit(BookingPage.AT_A_DESK.speaking("en-US").in("Europe/Berlin"))
            .open("/plans/hourly?date=2026-12-16&time=10:00&minutes=60");
    assertThat(page.find(".chosen strong")).hasText("Wed 16 Dec 10:00–11:00");
    assertThat(page.text("Times are on the clock of the venue (Asia/Tokyo).")).isVisible();
    assertThat(page.find(".breakdown .total dd")).hasText("¥2,000");
    page.picture("plan-english");
    // On the clock of New York, in dollars, tax on top.
    page.open("?date=2026-12-16&time=10:00&minutes=120&words=loft");
    assertThat(page.find(".result .cost strong")).hasText("$65.32");
    assertThat(page.find(".result .cost")).containsText("Tax +$5.32");
    assertThat(page.find(".result .facts")).containsText("Wed 16 Dec 10:00–12:00");
    page.picture("results-english");
    page.find(".result").click();
    page.find("ul.cards .result").click();
    assertThat(page.text("Times are on the clock of the venue (America/New_York).")).isVisible();
    assertThat(page.find(".breakdown .total dd")).hasText("$65.32");
    page.picture("dollars-english");
    page.button("日本語で表示").click();
    assertThat(page.find(".chosen strong")).hasText("12月16日(水) 10:00–12:00");
    page.page().reload();
    assertThat(page.find("html")).hasAttribute("lang", "ja");
  }

  /** As on a phone in the light, where the way through is tried. */
  @Test
  void everyScreenIsAccessibleInTheDarkToo() {
    BookingPage page = visit(BookingPage.AT_A_DESK.dark()).open("");
    assertThat(page.heading("ご利用日時を選んでください")).isVisible();
    page.button("検索する").click();
    assertThat(page.find(".result")).isVisible();
    page.assertAccessible();
    page.picture("results-dark");
    page.find(".result").click();
    assertThat(page.heading("に予約できるプラン")).isVisible();
    assertThat(page.find("h1")).isVisible();
    page.assertAccessible();
    page.picture("space-dark");
    page.open("/plans/half?date=2026-12-17&time=18:00&minutes=120");
    assertThat(page.find(".breakdown .total dd")).isVisible();
    page.assertAccessible();
    page.picture("plan-dark");
    page.button("予約内容の確認へ").click();
    assertThat(page.text("仮押さえ中")).isVisible();
    page.assertAccessible();
    page.button("予約を確定する").click();
    assertThat(page.text("予約確定")).isVisible();
    page.assertAccessible();
    page.picture("confirmed-dark");
    page.button("予約をキャンセル").click();
    page.assertAccessible();
    page.find("dialog .danger").click();
    assertThat(page.text("キャンセル済み")).isVisible();
    settle();
    assertThat(
            page.page()
                .evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))
        .isEqualTo("rgb(15, 18, 22)");
  }

  @Test
  void nothingSticksOutOnANarrowPhone() {
    BookingPage page = visit(BookingPage.ON_A_PHONE.sized(360, 740)).open("");
    page.find(".hero").waitFor();
    for (String lang : List.of("ja", "en")) {
      page.page().evaluate("lang => localStorage.setItem('ekiden-locale', lang)", lang);
      for (String path :
          List.of(
              "?date=2026-12-17&time=18:00&minutes=120",
              "/spaces/room?date=2026-12-17&time=18:00&minutes=120",
              "/plans/half?date=2026-12-18&time=18:00&minutes=120")) {
        page.open(path);
        page.find(".result, .time").waitFor();
        page.assertFits();
      }
    }
    page.picture("plan-360-en");
    page.find(".bar .primary").click();
    page.find(".actions .primary").click();
    page.find(".keep").waitFor();
    page.assertFits();
    page.picture("confirmed-360-en");
  }

  @Test
  void onASlowNetworkSomethingIsSeenAtOnceAndNothingJumps() {
    BookingPage page = visit(server, chromium.openFirst(BookingPage.ON_A_PHONE));
    page.slow(100, 500_000);
    AtomicReference<Route> question = new AtomicReference<>();
    page.page().route("**/calendar/search/spaces?**", question::set);
    page.open("?date=2026-12-17&time=18:00&minutes=120");
    // The answer is still on its way.
    assertThat(page.find(".brand")).isVisible();
    assertThat(page.find(".skeleton")).isVisible();
    assertThat(page.find(".wish")).containsText("12月17日(木) 18:00 · 2時間");
    Object before = page.page().evaluate("() => document.querySelector('.skeleton').offsetTop");
    page.page().waitForCondition(() -> question.get() != null);
    question.get().resume();
    assertThat(page.find(".result")).isVisible();
    assertThat(page.page().evaluate("() => document.querySelector('.results').offsetTop"))
        .isEqualTo(before);
  }

  @Test
  void theServerStartsAnewInTheMiddle() {
    BookingPage page = onAPhone().open("/plans/half?date=2026-12-19&time=10:00&minutes=60");
    assertThat(page.find(".breakdown .total dd")).hasText("¥2,600");
    page.assertAccessible(); // a Saturday, whose colour is its own until it is chosen
    int port = server.publicAddress().getPort();
    server.close();
    page.button("予約内容の確認へ").click();
    assertThat(page.text("サーバーに接続できません")).isVisible();
    page.picture("away-phone");
    server = RunningCalendar.start(directory, database.address(), port);
    assertThat(page.text("仮押さえ中")).isVisible();
    assertThat(page.text("サーバーに接続できません")).isHidden();
    page.button("予約を確定する").click();
    assertThat(page.text("予約確定")).isVisible();
    assertThat(reservations("half", "2026-12-19T10:00+09:00")).isEqualTo(1);
  }

  @Test
  void whatTheBrowserHasIsNotSentAgain() {
    BookingPage page =
        visit(server, chromium.openFirst(BookingPage.ON_A_PHONE))
            .open("/plans/hourly?date=2026-12-20");
    assertThat(page.find(".time")).isVisible();
    Response again = page.answerTo("/availability", () -> page.page().reload());
    assertThat(again.status()).isIn(200, 304);
    // A first visit costs few of the requests that one client may send at once.
    assertThat(page.asked().size()).isLessThan(80);
  }
}
