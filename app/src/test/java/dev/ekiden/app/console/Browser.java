package dev.ekiden.app.console;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
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
 * The Chromium of this machine, started once for all tests. Where there is none, tests that need it
 * are skipped and say so. Playwright's objects belong to one thread: these tests do not run at
 * once.
 */
final class Browser implements BeforeAllCallback {
  private static final List<String> PLACES =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--force-color-profile=srgb");

  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(Browser.class);

  private @Nullable Running running;

  private record Running(
      Playwright playwright,
      com.microsoft.playwright.Browser browser,
      Map<View, BrowserContext> contexts)
      implements AutoCloseable {
    static Running start(String program) {
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      return new Running(
          playwright,
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(Path.of(program))
                      .setArgs(FLAGS)),
          new HashMap<>());
    }

    @Override
    public void close() {
      playwright.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<String> program =
        Stream.concat(Stream.ofNullable(System.getenv("EKIDEN_CHROMIUM")), PLACES.stream())
            .filter(place -> Files.isExecutable(Path.of(place)))
            .findFirst();
    Assumptions.assumeTrue(
        program.isPresent(),
        "the console is not tested: there is no Chromium (apt-get install chromium, or set"
            + " EKIDEN_CHROMIUM)");
    running =
        context
            .getRoot()
            .getStore(HERE)
            .computeIfAbsent(
                Running.class, key -> Running.start(program.orElseThrow()), Running.class);
  }

  /** How a page looks at the console. */
  record View(int width, int height, ColorScheme theme, String locale, String zone) {
    static final View DESK = new View(1_360, 860, ColorScheme.LIGHT, "en", "Asia/Tokyo");

    View dark() {
      return new View(width, height, ColorScheme.DARK, locale, zone);
    }

    View narrow() {
      return new View(360, 740, theme, locale, zone);
    }

    View japanese() {
      return new View(width, height, theme, "ja", zone);
    }

    private View unsized() {
      return sized(0, 0);
    }

    View sized(int newWidth, int newHeight) {
      return new View(newWidth, newHeight, theme, locale, zone);
    }
  }

  /** A page of a profile that has never been anywhere. */
  Page openFirst(View view) {
    return page(context(view), view);
  }

  /** A page of a profile that has been here before: it has files, but remembers nothing else. */
  Page open(View view) {
    return page(running().contexts().computeIfAbsent(view.unsized(), this::context), view);
  }

  /** Closes a page; its profile forgets who it is and what it chose. */
  void close(Page page) {
    if (page.url().startsWith("http")) {
      page.evaluate("localStorage.clear()");
    }
    page.context().clearCookies();
    page.close();
  }

  private BrowserContext context(View view) {
    return running()
        .browser()
        .newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setColorScheme(view.theme())
                .setLocale(view.locale())
                .setTimezoneId(view.zone())
                .setPermissions(List.of("clipboard-read", "clipboard-write")));
  }

  private static Page page(BrowserContext context, View view) {
    Page page = context.newPage();
    page.setViewportSize(view.width(), view.height());
    page.setDefaultTimeout(10_000);
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
