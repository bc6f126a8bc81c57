package dev.ekiden.testkit.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Chromium of this machine, started once for all tests of the JVM; {@code EKIDEN_CHROMIUM} in
 * the environment says where it is. Where there is none, tests that need it are skipped and say so.
 * Playwright's objects belong to one thread: these tests do not run at once.
 */
public final class Chromium implements BeforeAllCallback {
  private static final List<String> PLACES =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--force-color-profile=srgb");

  private static final int PATIENCE_MILLIS = 10_000;

  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(Chromium.class);

  private @Nullable Running running;

  private record Running(Playwright playwright, Browser browser, Map<View, BrowserContext> profiles)
      implements AutoCloseable {
    static Running start(Path program) {
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      Browser browser =
          playwright
              .chromium()
              .launch(new BrowserType.LaunchOptions().setExecutablePath(program).setArgs(FLAGS));
      return new Running(playwright, browser, new HashMap<>());
    }

    @Override
    public void close() {
      playwright.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<Path> program =
        Stream.concat(Stream.ofNullable(System.getenv("EKIDEN_CHROMIUM")), PLACES.stream())
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        program.isPresent(),
        "pages are not tested: there is no Chromium (apt-get install chromium, or set"
            + " EKIDEN_CHROMIUM)");
    running =
        context
            .getRoot()
            .getStore(HERE)
            .computeIfAbsent(
                Running.class, key -> Running.start(program.orElseThrow()), Running.class);
  }

  /** A page of a profile that has never been anywhere. */
  public Page openFirst(View view) {
    return page(running().browser().newContext(view.profile()), view);
  }

  /** A page of a profile that has been here before: it has files, but remembers nothing else. */
  public Page open(View view) {
    Running now = running();
    BrowserContext profile =
        now.profiles()
            .computeIfAbsent(view.unsized(), one -> now.browser().newContext(one.profile()));
    return page(profile, view);
  }

  /** Closes a page; its profile forgets who it is and what it chose. */
  public void close(Page page) {
    if (page.url().startsWith("http")) {
      page.evaluate("localStorage.clear()");
    }
    BrowserContext profile = page.context();
    page.close(); // first: it must not ask for anything without its cookies
    profile.clearCookies();
  }

  private static Page page(BrowserContext profile, View view) {
    Page page = profile.newPage();
    page.setViewportSize(view.width(), view.height());
    page.setDefaultTimeout(PATIENCE_MILLIS);
    return page;
  }

  private Running running() {
    Running now = running;
    if (now == null) {
      throw new IllegalStateException("the browser is started before the first test");
    }
    return now;
  }
}
