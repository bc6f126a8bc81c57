package dev.ekiden.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Opens a page for one test, and fails the test for what the browser complained about. */
final class Visitor implements AfterEachCallback {
  private final Chromium browser;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> provoked = new ArrayList<>();
  private @Nullable Page page;

  Visitor(Chromium browser) {
    this.browser = browser;
  }

  /** An empty page of a browser that is not signed in. */
  Page look(View view) {
    return listen(browser.open(view));
  }

  /** An empty page of a browser that has never been here. */
  Page lookFirst(View view) {
    return listen(browser.openFirst(view));
  }

  private Page listen(Page opened) {
    page = opened;
    opened.onConsoleMessage(message -> {
      if (message.type().equals("error") || message.type().equals("warning")) {
        complaints.add(message.text());
      }
    });
    opened.onPageError(complaints::add);
    return opened;
  }

  /** A screen of the console, signed in. */
  Page visit(ConsoleServer server, View view, String path) {
    Page opened = look(view);
    opened.context().addCookies(server.session());
    opened.navigate(server.address() + "/console" + path);
    opened.locator("h1").waitFor();
    return opened;
  }

  /** Forgives complaints with this text: the test provoked them. */
  void expect(String text) {
    provoked.add(text);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (page != null) {
      browser.close(page);
    }
    complaints.removeIf(complaint -> provoked.stream().anyMatch(complaint::contains));
    assertThat(complaints).as("errors in the browser's console").isEmpty();
  }
}
