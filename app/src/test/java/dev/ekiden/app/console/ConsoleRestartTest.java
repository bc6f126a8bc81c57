package dev.ekiden.app.console;

import static dev.ekiden.testkit.browser.Soon.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The server goes away under an open page, and comes back. */
final class ConsoleRestartTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Chromium browser = new Chromium();

  @RegisterExtension static final Visitor visitor = new Visitor(browser);

  @TempDir static Path directory;

  @Test
  void aRestartIsToldAndSurvived() {
    try (ConsoleServer server = ConsoleServer.start(directory, database.address())) {
      Page queues = visitor.visitFirst(server, View.DESK, "/queues");
      Locator billing =
          queues.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("billing"));
      assertThat(queues.getByText("Live")).isVisible();
      assertThat(billing).containsText("Open");
      server.stop();
      assertThat(queues.locator("away-banner")).containsText("The server is away since");
      assertThat(billing).containsText("Open");
      server.startAgain();
      assertThat(queues.locator("away-banner .notice"))
          .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(20_000));
      server.engine().queues().pause("billing", "after the restart");
      assertThat(billing).containsText("Paused");
      visitor.expect("ERR_");
      visitor.expect("503");
    }
  }
}
