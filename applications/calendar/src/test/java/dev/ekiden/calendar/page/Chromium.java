package dev.ekiden.calendar.page;

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

/** The machine's own Chromium, driven by Playwright. Confined to one thread. */
final class Chromium implements AutoCloseable {

  private static final List<String> PLACES =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--disable-dev-shm-usage");

  private final Playwright playwright;
  private final Browser browser;
  private final Map<Person, BrowserContext> contexts = new HashMap<>();

  private Chromium(Path program) {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(program).setArgs(ARGUMENTS));
  }

  /** Where it is installed; {@code EKIDEN_CHROMIUM} in the environment says so first. */
  static Optional<Path> program() {
    return Stream.concat(
            Optional.ofNullable(System.getenv("EKIDEN_CHROMIUM")).stream(), PLACES.stream())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Chromium start() {
    return new Chromium(program().orElseThrow());
  }

  /**
   * A new page of a browser that has been here before: it has files, but remembers nothing else.
   */
  Page page(Person person) {
    Page page =
        contexts
            .computeIfAbsent(person.unsized(), one -> browser.newContext(one.browser()))
            .newPage();
    page.setViewportSize(person.width(), person.height());
    return page;
  }

  /** A page of a browser that has never been here. */
  Page firstPage(Person person) {
    Page page = browser.newContext(person.browser()).newPage();
    page.setViewportSize(person.width(), person.height());
    return page;
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
