package dev.ekiden.app.console;

import com.microsoft.playwright.Page;
import dev.ekiden.app.console.Browser.View;
import dev.ekiden.testkit.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Makes the pictures of the documentation; {@code ./ekiden pictures} runs it. */
@EnabledIfSystemProperty(named = "ekiden.pictures", matches = ".+")
final class ConsolePictures {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Browser browser = new Browser();

  @TempDir static Path directory;

  @Test
  void ofTheMainScreens() throws Exception {
    try (ConsoleServer server = ConsoleServer.start(directory, database.address())) {
      Shop.Stock stock = server.fill();
      View desk = View.DESK;
      take(server, desk, "/", "overview");
      take(server, desk, "/jobs", "jobs");
      take(server, desk.dark(), "/jobs/" + stock.failed(), "job-dark");
      take(server, desk, "/jobs/" + stock.verbose(), "job-log");
      take(server, desk, "/queues/exports", "queue");
      take(server, desk.dark(), "/queues", "queues-dark");
      take(server, desk, "/schedules/reminders", "schedule");
      take(server, desk.japanese(), "/", "overview-ja");
      take(server, desk.narrow().japanese().dark(), "/jobs?state=failed", "jobs-narrow-ja-dark");
    }
  }

  private static void take(ConsoleServer server, View view, String path, String name) {
    Page page = browser.open(view);
    page.onConsoleMessage(message -> System.out.println(name + ": " + message.text()));
    page.onPageError(error -> System.out.println(name + ": " + error));
    page.context().addCookies(server.session());
    page.navigate(server.address() + "/console" + path);
    page.locator("h1").waitFor();
    page.waitForTimeout(900);
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(view.width() < 500)
            .setPath(Path.of(System.getProperty("ekiden.pictures"), name + ".png")));
    page.context().close();
  }
}
