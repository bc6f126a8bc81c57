package dev.ekiden.calendar.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import dev.ekiden.testkit.browser.Axe;
import dev.ekiden.testkit.browser.View;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The page as a person sees it, and what it did behind their back. Confined to one thread. */
final class BookingPage implements AutoCloseable {
  static final View ON_A_PHONE = new View(390, 844, ColorScheme.LIGHT, "ja-JP", "Asia/Tokyo");
  static final View AT_A_DESK = ON_A_PHONE.sized(1_280, 900);

  /** Where pictures go if {@code -Dpictures=DIRECTORY} asks for them. */
  private static final @Nullable Path PICTURES =
      Optional.ofNullable(System.getProperty("pictures")).map(Path::of).orElse(null);

  private final URI server;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  BookingPage(URI server, Page page, Instant now) {
    this.server = server;
    this.page = page;
    // The browser lives at the time of the server.
    page.addInitScript(
        """
        (() => {
          const Real = Date;
          const kept = sessionStorage.getItem("test-ahead") ?? %d - Real.now();
          sessionStorage.setItem("test-ahead", kept);
          globalThis.Date = class extends Real {
            constructor(...given) {
              if (given.length) super(...given);
              else super(Real.now() + +kept);
            }
            static now() {
              return Real.now() + +kept;
            }
          };
        })();
        """
            .formatted(now.toEpochMilli()));
    page.setDefaultTimeout(10_000);
    page.onConsoleMessage(message -> {
      if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
        complaints.add(message.text());
      }
    });
    page.onPageError(complaints::add);
    page.onRequest(this::note);
  }

  private void note(Request request) {
    asked.add(request.url());
  }

  Page page() {
    return page;
  }

  BookingPage open(String path) {
    page.navigate(server + "/calendar/booking" + path);
    return this;
  }

  Locator heading(String text) {
    return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(text)).first();
  }

  Locator button(String text) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(text)).first();
  }

  Locator link(String text) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(text)).first();
  }

  Locator text(String text) {
    return page.getByText(text).first();
  }

  Locator find(String selector) {
    return page.locator(selector).first();
  }

  /** Turns the calendar of the search to a day and presses it. */
  void choose(String date) {
    if (!find(".calendar").isVisible()) {
      find("#date").click();
    }
    Locator day = find("[data-date='" + date + "']");
    for (int months = 0; months < 24 && day.count() == 0; months++) {
      page.locator(".calendar .icon-only").last().click();
    }
    day.click();
  }

  /** The start time of the chosen day, to press. */
  Locator start(String clock) {
    return page.locator(".time").filter(new Locator.FilterOptions().setHasText(clock)).first();
  }

  Locator day(String date) {
    return page.locator(".day").filter(new Locator.FilterOptions().setHasText(date)).first();
  }

  /** Chokes the network: milliseconds until an answer begins, and bytes a second. */
  void slow(int latencyMillis, int bytesPerSecond) {
    CDPSession session = page.context().newCDPSession(page);
    session.send("Network.enable");
    com.google.gson.JsonObject conditions = new com.google.gson.JsonObject();
    conditions.addProperty("offline", false);
    conditions.addProperty("latency", latencyMillis);
    conditions.addProperty("downloadThroughput", bytesPerSecond);
    conditions.addProperty("uploadThroughput", bytesPerSecond);
    session.send("Network.emulateNetworkConditions", conditions);
  }

  /** Of the whole page, for whoever wants to see what the tests see. */
  void picture(String name) {
    if (PICTURES != null) {
      picture(PICTURES.resolve(name + ".png"), true);
    }
  }

  /** Once its letters and icons are there. */
  void picture(Path file, boolean wholePage) {
    page.waitForLoadState(LoadState.NETWORKIDLE);
    page.evaluate("() => document.fonts.ready");
    page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(wholePage));
  }

  /** Nothing sticks out to the side, in which direction nobody scrolls on a phone. */
  void assertFits() {
    Object widest =
        page.evaluate(
            """
            () => [...document.querySelectorAll("body *")]
              .filter((one) => !one.closest(".unseen, .skip, .word") && one.getClientRects().length)
              .filter((one) => {
                const { left, right } = one.getBoundingClientRect();
                const around = one.closest(".day, .time, .button, .card")?.getBoundingClientRect();
                return right > innerWidth + 1 || (around && (right > around.right + 1 || left < around.left - 1));
              })
              .map((one) => one.outerHTML.slice(0, 120))
            """);
    assertThat(widest).as("what sticks out").isEqualTo(List.of());
  }

  void assertAccessible() {
    assertThat(Axe.findings(page)).isEmpty();
  }

  /** Whatever went wrong without anybody seeing it, and what no page of ours may do. */
  void assertClean() {
    assertThat(complaints).as("errors of the console").isEmpty();
    assertThat(page.context().cookies()).as("cookies").isEmpty();
    assertThat(asked)
        .as("addresses that were asked")
        .allMatch(url -> url.startsWith(server.toString()) || url.startsWith("blob:" + server));
  }

  /** All addresses that the browser asked for. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Presses and waits for the answer of an operation. */
  Response answerTo(String path, Runnable press) {
    return page.waitForResponse(response -> response.url().contains(path), press);
  }

  static JsonNode json(Response response) {
    return dev.ekiden.server.Json.MAPPER.readTree(response.text());
  }

  @Override
  public void close() {
    page.evaluate("() => localStorage.clear()");
    page.close();
  }
}
