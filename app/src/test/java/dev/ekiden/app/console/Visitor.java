package dev.ekiden.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Opens a page for a test, and fails the test for what the browser complained about. Tests that
 * visit screens share one page, as somebody who works with the console has it: each goes to its
 * screen as a link does, and leaves nothing behind. Not for tests that run at once.
 */
final class Visitor implements AfterEachCallback, AfterAllCallback {
  // Dialogs, messages and choices of one test are none of the next one's business.
  private static final String FORGET =
      """
      async () => {
        document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
        document.querySelector("toast-list").toasts = [];
        const { prefer } = await import("/console/design/preferences.js");
        prefer("theme", "system");
        prefer("locale", "en");
        prefer("zone", "local");
        localStorage.clear();
        (await import("/console/js/router.js")).go("/console/nowhere");
      }
      """;

  private static final String GO =
      "async (path) => (await import('/console/js/router.js')).go('/console' + path)";

  private final Chromium browser;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> provoked = new ArrayList<>();
  private final Consumer<ConsoleMessage> listener = this::hear;
  private final Consumer<String> errorListener = complaints::add;
  private @Nullable Page shared;
  private @Nullable Page page;

  Visitor(Chromium browser) {
    this.browser = browser;
  }

  /** An empty page of a browser that is not signed in. */
  Page look(View view) {
    return listen(browser.openFirst(view));
  }

  private Page listen(Page opened) {
    page = opened;
    opened.onConsoleMessage(listener);
    opened.onPageError(errorListener);
    return opened;
  }

  private void hear(ConsoleMessage message) {
    if (message.type().equals("error") || message.type().equals("warning")) {
      complaints.add(message.text());
    }
  }

  /** A screen of the console, signed in, in a page that was loaded for it. */
  Page visitFirst(ConsoleServer server, View view, String path) {
    Page opened = listen(browser.openFirst(view));
    opened.context().addCookies(server.session());
    opened.navigate(server.address() + "/console" + path);
    opened.locator("h1").waitFor();
    return opened;
  }

  /** A screen of the console, signed in. */
  Page visit(ConsoleServer server, View view, String path) {
    Page opened = shared;
    if (opened == null) {
      opened = visitFirst(server, view, path);
      shared = opened;
      return opened;
    }
    listen(opened).setViewportSize(view.width(), view.height());
    opened.evaluate(GO, path);
    opened.locator("main h1").waitFor();
    return opened;
  }

  /** Forgives complaints with this text: the test provoked them. */
  void expect(String text) {
    provoked.add(text);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Page used = page;
    page = null;
    if (used != null) {
      used.offConsoleMessage(listener);
      used.offPageError(errorListener);
      if (used != shared) {
        browser.close(used);
      } else if (context.getExecutionException().isPresent()) {
        leave();
      } else {
        used.evaluate(FORGET);
        used.locator("nowhere-screen").waitFor();
      }
    }
    List<String> heard = complaints.stream().filter(this::isUnprovoked).toList();
    complaints.clear();
    provoked.clear();
    assertThat(heard).as("errors in the browser's console").isEmpty();
  }

  private boolean isUnprovoked(String complaint) {
    return provoked.stream().noneMatch(complaint::contains);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    leave();
  }

  private void leave() {
    Page left = shared;
    shared = null;
    if (left != null) {
      browser.close(left);
    }
  }
}
