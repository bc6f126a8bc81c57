package dev.ekiden.calendar.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Makes the pictures of the documentation; {@code ./ekiden pictures} runs it. */
@EnabledIfSystemProperty(named = "ekiden.pictures", matches = ".+")
final class BookingPictures {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");

  private static final String TIME = "date=2026-12-08&time=17:00&minutes=120";

  @TempDir static Path directory;

  @Test
  void ofTheMainScreens() throws Exception {
    try (RunningCalendar server = RunningCalendar.start(directory, database.address());
        Chromium chromium = Chromium.start()) {
      Bayside.fill(server, directory);
      Person phone = Person.ON_A_PHONE;
      Person desk = Person.AT_A_DESK;
      try (BookingPage page = visit(server, chromium, phone).open("")) {
        page.choose("2026-12-08");
        page.find("#date").click();
        take(page, "booking-search-phone");
      }
      try (BookingPage page = visit(server, chromium, desk).open("?" + TIME)) {
        assertThat(page.find(".result")).isVisible();
        take(page, "booking-results");
      }
      try (BookingPage page =
          visit(server, chromium, desk.likes(ColorScheme.DARK)).open("?" + TIME)) {
        assertThat(page.find(".result")).isVisible();
        take(page, "booking-results-dark");
      }
      try (BookingPage page = visit(server, chromium, desk.english())) {
        page.open("/spaces/room?" + TIME);
        assertThat(page.find(".line .chip")).isVisible();
        take(page, "booking-space");
      }
      try (BookingPage page = visit(server, chromium, desk)) {
        page.open("/plans/hourly?" + TIME);
        assertThat(page.find(".breakdown .total dd")).isVisible();
        take(page, "booking-plan");
      }
      try (BookingPage page = visit(server, chromium, phone)) {
        page.open("/plans/hourly?" + TIME);
        assertThat(page.find(".breakdown .total dd")).isVisible();
        take(page, "booking-plan-phone");
        page.button("予約内容の確認へ").click();
        page.button("予約を確定する").click();
        assertThat(page.text("予約確定")).isVisible();
        take(page, "booking-confirmed-phone");
      }
    }
  }

  private static BookingPage visit(RunningCalendar server, Chromium chromium, Person person) {
    return new BookingPage(
        server.publicAddress(), chromium.page(person), server.engine().clock().now());
  }

  private static void take(BookingPage page, String name) {
    page.picture(Path.of(System.getProperty("ekiden.pictures"), name + ".png"), false);
  }
}
