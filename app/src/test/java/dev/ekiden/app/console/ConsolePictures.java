package dev.ekiden.app.console;

import com.microsoft.playwright.Page;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the pictures of the documentation; {@code ./ekiden pictures} runs it. With {@code
 * -Dekiden.pictures.all=true} it takes every screen in both themes and languages, wide and narrow,
 * for whoever changes them.
 */
@EnabledIfSystemProperty(named = "ekiden.pictures", matches = ".+")
final class ConsolePictures {
  private static final View DESK = View.DESK.sized(1_280, 800);
  private static final View PHONE = View.DESK.sized(390, 780);

  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Chromium browser = new Chromium();

  @TempDir static Path directory;

  @Test
  void ofTheMainScreens() throws Exception {
    try (ConsoleServer server = ConsoleServer.start(directory, database.address())) {
      server.playAWeek(database.database());
      Shop.Stock stock = server.fill();
      server.hurry();
      if (Boolean.getBoolean("ekiden.pictures.all")) {
        ofEverything(server, stock);
        return;
      }
      inBothThemes(server, DESK.sized(1_280, 1_040), "/", "overview");
      inBothThemes(server, DESK, "/jobs?state=failed,running,ready", "jobs");
      inBothThemes(server, DESK.sized(1_280, 920), "/jobs/" + stock.failed(), "job");
      inBothThemes(server, DESK.sized(1_280, 640), "/jobs/" + stock.blocked(), "job-waiting");
      inBothThemes(server, DESK.sized(1_280, 480), "/queues", "queues");
      inBothThemes(server, DESK.sized(1_280, 960), "/queues/media", "queue");
      inBothThemes(server, DESK, "/schedules/reminders", "schedule");
      inBothThemes(server, DESK.sized(1_280, 480), "/workers", "workers");
      inBothThemes(server, DESK.sized(1_280, 960), "/fleets/" + ShopFleet.NAME, "fleet");
      inBothThemes(server, DESK.sized(1_280, 1_000), "/costs", "costs");
      take(server, PHONE.speaking("ja"), "/", "overview-phone-ja");
      take(server, PHONE.dark(), "/jobs/" + stock.failed(), "job-phone-dark");
    }
  }

  private static void inBothThemes(ConsoleServer server, View view, String path, String name) {
    take(server, view, path, name);
    take(server, view.dark(), path, name + "-dark");
  }

  private static void ofEverything(ConsoleServer server, Shop.Stock stock) {
    Map<String, String> screens =
        Map.ofEntries(
            Map.entry("overview", "/"),
            Map.entry("jobs", "/jobs"),
            Map.entry("job-failed", "/jobs/" + stock.failed()),
            Map.entry("job-blocked", "/jobs/" + stock.blocked()),
            Map.entry("job-log", "/jobs/" + stock.verbose()),
            Map.entry("job-array", "/jobs/" + stock.array()),
            Map.entry("group", "/jobs?group=acme"),
            Map.entry("queues", "/queues"),
            Map.entry("queue", "/queues/media"),
            Map.entry("queue-paused", "/queues/printing"),
            Map.entry("schedules", "/schedules"),
            Map.entry("schedule", "/schedules/reminders"),
            Map.entry("workers", "/workers"),
            Map.entry("fleets", "/fleets"),
            Map.entry("fleet", "/fleets/" + ShopFleet.NAME),
            Map.entry("costs", "/costs"),
            Map.entry("definitions", "/definitions"),
            Map.entry("sign-in", "/sign-in"));
    List<Map.Entry<String, View>> views =
        List.of(
            Map.entry("desk", DESK),
            Map.entry("desk-dark-ja", DESK.dark().speaking("ja")),
            Map.entry("phone-dark", PHONE.dark()),
            Map.entry("phone-ja", PHONE.speaking("ja")));
    for (Map.Entry<String, View> view : views) {
      screens.forEach(
          (name, path) -> take(server, view.getValue(), path, name + "-" + view.getKey(), true));
    }
  }

  private static void take(ConsoleServer server, View view, String path, String name) {
    take(server, view, path, name, false);
  }

  private static void take(
      ConsoleServer server, View view, String path, String name, boolean whole) {
    Page page = browser.openFirst(view);
    page.onConsoleMessage(message -> System.out.println(name + ": " + message.text()));
    page.onPageError(error -> System.out.println(name + ": " + error));
    page.context().addCookies(server.session());
    page.navigate(server.address() + "/console" + path);
    page.locator("h1").waitFor();
    page.waitForFunction("() => document.querySelector('.loading') === null");
    page.waitForLoadState(com.microsoft.playwright.options.LoadState.LOAD);
    page.waitForTimeout(700); // for charts to be drawn
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(whole)
            .setPath(Path.of(System.getProperty("ekiden.pictures"), name + ".png")));
    page.context().close();
  }
}
