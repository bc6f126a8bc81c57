package dev.ekiden.calendar.page;

import static dev.ekiden.testkit.browser.Soon.assertThat;

import dev.ekiden.calendar.RunningCalendar;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Makes the pictures of the documentation; {@code ./ekiden pictures} runs it. */
@EnabledIfSystemProperty(named = "ekiden.pictures", matches = ".+")
final class BookingPictures {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final String TIME = "date=2026-12-08&time=17:00&minutes=120";

  @TempDir static Path directory;

  @Test
  void ofTheMainScreens() throws Exception {
    try (RunningCalendar server = RunningCalendar.start(directory, database.address())) {
      Bayside.fill(server, directory);
      View phone = BookingPage.ON_A_PHONE;
      View desk = BookingPage.AT_A_DESK;
      try (BookingPage page = visit(server, phone).open("")) {
        page.choose("2026-12-08");
        page.find("#date").click();
        take(page, "booking-search-phone");
      }
      try (BookingPage page = visit(server, desk).open("?" + TIME)) {
        assertThat(page.find(".result")).isVisible();
        take(page, "booking-results");
      }
      try (BookingPage page = visit(server, desk.dark()).open("?" + TIME)) {
        assertThat(page.find(".result")).isVisible();
        take(page, "booking-results-dark");
      }
      try (BookingPage page = visit(server, desk.speaking("en-US"))) {
        page.open("/spaces/room?" + TIME);
        assertThat(page.find(".line .chip")).isVisible();
        take(page, "booking-space");
      }
      try (BookingPage page = visit(server, desk)) {
        page.open("/plans/hourly?" + TIME);
        assertThat(page.find(".breakdown .total dd")).isVisible();
        take(page, "booking-plan");
      }
      try (BookingPage page = visit(server, phone)) {
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

  private static BookingPage visit(RunningCalendar server, View view) {
    return new BookingPage(
        server.publicAddress(), chromium.open(view), server.engine().clock().now());
  }

  private static void take(BookingPage page, String name) {
    page.picture(Path.of(System.getProperty("ekiden.pictures"), name + ".png"), false);
  }
}
