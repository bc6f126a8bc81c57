package dev.ekiden.app.console;

import static dev.ekiden.testkit.browser.Soon.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.testkit.TestDatabase;
import dev.ekiden.testkit.browser.Axe;
import dev.ekiden.testkit.browser.Chromium;
import dev.ekiden.testkit.browser.View;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The console as people use it: by pointer, by keyboard, at night, on a phone, on a bad line. */
final class ConsoleTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create("engine");
  @RegisterExtension static final Chromium browser = new Chromium();
  @RegisterExtension static final Visitor visitor = new Visitor(browser);

  @TempDir static Path directory;

  private static final int PHONE_WIDTH = 360;

  private static ConsoleServer server;
  private static Shop.Stock stock;

  @BeforeAll
  static void open() throws Exception {
    server = ConsoleServer.start(directory, database.address());
    stock = server.fill();
    server.keepFleet();
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
  }

  private static List<String> screens() {
    return List.of(
        "/",
        "/jobs",
        "/jobs/" + stock.failed(),
        "/jobs/" + stock.verbose(),
        "/jobs/" + stock.blocked(),
        "/queues",
        "/queues/exports",
        "/schedules",
        "/schedules/reminders",
        "/workers",
        "/fleets",
        "/fleets/post",
        "/costs",
        "/definitions",
        "/sign-in");
  }

  @TestFactory
  Stream<DynamicTest> everyScreenIsForEverybodyInBothThemesAndLanguagesAndOnAPhone() {
    Page page = visit(View.DESK, "/workers");
    return screens().stream().map(path -> dynamicTest(path, () -> isForEverybody(page, path)));
  }

  /** Goes there as a link does: within the page. */
  private static void isForEverybody(Page page, String path) {
    page.setViewportSize(View.DESK.width(), View.DESK.height());
    page.locator("user-choices select").first().selectOption("en");
    page.getByRole(AriaRole.BUTTON, named("Light theme")).click();
    page.evaluate(
        """
        async (path) => {
          document.querySelector("main > *").dataset.before = "";
          (await import("/console/js/router.js")).go("/console" + path);
        }
        """,
        path);
    page.locator("main > :not([data-before]) h1").waitFor();
    assertThat(page.locator("main .loading")).hasCount(0);
    assertThat(Axe.findings(page)).isEmpty();
    page.getByRole(AriaRole.BUTTON, named("Dark theme")).click();
    assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    // Themes differ in nothing but colours, and windows and languages in all but those.
    assertThat(Axe.contrastFindings(page)).isEmpty();
    page.setViewportSize(PHONE_WIDTH, 740);
    page.getByLabel("Language").selectOption("ja");
    assertThat(page.locator("html")).hasAttribute("lang", "ja");
    assertThat(page.locator("nav").first()).containsText("スケジュール");
    assertThat(page.evaluate("document.documentElement.scrollWidth"))
        .as("nothing sticks out")
        .isEqualTo(PHONE_WIDTH);
    assertThat(Axe.otherFindings(page)).isEmpty();
  }

  @Test
  void theFilterIsInTheAddressAndOnTheServer() {
    Page jobs = visit(View.DESK, "/jobs");
    jobs.getByRole(AriaRole.BUTTON, named("Failed").setExact(true)).click();
    assertThat(jobs).hasURL(Pattern.compile(".*/console/jobs\\?state=failed$"));
    assertThat(rows(jobs).filter(text("Succeeded"))).hasCount(0);
    assertThat(rows(jobs).filter(text("send-mail")).first()).isVisible();
    jobs.getByLabel("Queue", exactly()).fill("mail");
    jobs.getByLabel("Queue", exactly()).press("Enter");
    assertThat(jobs).hasURL(Pattern.compile(".*queue=mail.*"));
    assertThat(rows(jobs).filter(text("issue-invoice"))).hasCount(0);
    jobs.goBack();
    assertThat(jobs).hasURL(Pattern.compile(".*/console/jobs\\?state=failed$"));
    assertThat(rows(jobs).filter(text("issue-invoice"))).hasCount(1);
    jobs.getByRole(AriaRole.BUTTON, named("Clear")).click();
    assertThat(jobs).hasURL(Pattern.compile(".*/console/jobs$"));
  }

  @Test
  void pagesGoBackInTime() {
    Page jobs = visit(View.DESK, "/jobs?definition=send-mail");
    assertThat(rows(jobs)).hasCount(50);
    String first = rows(jobs).first().getAttribute("data-id");
    jobs.getByRole(AriaRole.LINK, named("Older")).click();
    assertThat(jobs).hasURL(Pattern.compile(".*cursor=.*"));
    assertThat(jobs.locator("tr[data-id='%s']".formatted(first))).hasCount(0);
    jobs.getByRole(AriaRole.LINK, named("Newest")).click();
    assertThat(jobs.locator("tr[data-id='%s']".formatted(first))).hasCount(1);
  }

  @Test
  void theKeyboardIsEnough() {
    Page jobs = visitor.visitFirst(server, View.DESK, "/jobs?state=failed");
    rows(jobs).first().waitFor();
    jobs.keyboard().press("Tab");
    assertThat(jobs.getByText("Skip to the content")).isFocused();
    jobs.keyboard().press("Enter");
    assertThat(jobs.locator("main")).isFocused();
    rows(jobs).first().focus();
    jobs.keyboard().press("ArrowDown");
    assertThat(rows(jobs).nth(1)).isFocused();
    jobs.keyboard().press("Space");
    assertThat(jobs.getByText("1 job chosen")).isVisible();
    jobs.keyboard().press("Space");
    String id = rows(jobs).nth(1).getAttribute("data-id");
    jobs.keyboard().press("Enter");
    assertThat(jobs).hasURL(Pattern.compile(".*/console/jobs/" + id + "$"));
    assertThat(jobs.locator("main")).isFocused();
    jobs.getByRole(AriaRole.BUTTON, named("Retry…")).press("Enter");
    assertThat(jobs.getByRole(AriaRole.DIALOG)).isVisible();
    jobs.keyboard().press("Escape");
    assertThat(jobs.getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  @Test
  void aBulkOperationSaysFirstHowManyJobsItConcerns() {
    Page jobs = visit(View.DESK, "/jobs?definition=print-labels&group=globex");
    jobs.getByRole(AriaRole.BUTTON, named("Cancel…")).click();
    Locator dialog = jobs.getByRole(AriaRole.DIALOG);
    assertThat(dialog).containsText("16 jobs will be canceled");
    assertThat(dialog).containsText("print-labels");
    dialog.getByRole(AriaRole.BUTTON, within("Back")).click();
    assertThat(dialog).hasCount(0);
    assertThat(rows(jobs).filter(text("Canceled"))).hasCount(0);
    jobs.getByRole(AriaRole.BUTTON, named("Cancel…")).click();
    dialog.getByRole(AriaRole.BUTTON, within("Cancel").setExact(true)).click();
    assertThat(jobs.getByText("16 jobs canceled.")).isVisible();
    assertThat(rows(jobs).filter(text("Canceled"))).hasCount(16);
    jobs.getByRole(AriaRole.BUTTON, named("Retry…")).click();
    assertThat(dialog).containsText("0 jobs will run again");
    assertThat(dialog.getByRole(AriaRole.BUTTON, within("Retry").setExact(true))).isDisabled();
  }

  @Test
  void manyJobsAreStartedNoFasterThanARate() {
    server.engine().enqueue(IntStream.range(0, 3).mapToObj(n -> labels("rated")).toList());
    Page jobs = visit(View.DESK, "/jobs?group=rated");
    jobs.getByRole(AriaRole.BUTTON, named("Cancel…")).click();
    Locator dialog = jobs.getByRole(AriaRole.DIALOG);
    assertThat(dialog.getByLabel("Starts")).hasCount(0);
    dialog.getByRole(AriaRole.BUTTON, within("Cancel").setExact(true)).click();
    assertThat(rows(jobs).filter(text("Canceled"))).hasCount(3);
    jobs.navigate(server.address() + "/console/jobs?group=rated&state=canceled");
    jobs.getByRole(AriaRole.BUTTON, named("Retry…")).click();
    assertThat(dialog).containsText("3 jobs will run again");
    Locator starts = dialog.getByLabel("Starts", new Locator.GetByLabelOptions().setExact(true));
    Locator retry = dialog.getByRole(AriaRole.BUTTON, within("Retry").setExact(true));
    for (String wrong : List.of("0", "1000001", "1.5")) {
      starts.fill(wrong);
      retry.click();
      assertThat(dialog.getByRole(AriaRole.ALERT))
          .containsText("a whole number of starts from 1 to 1,000,000, not " + wrong);
      assertThat(starts).isFocused();
      assertThat(starts).hasAttribute("aria-invalid", "true");
    }
    starts.fill("1");
    dialog.getByLabel("in", new Locator.GetByLabelOptions().setExact(true)).selectOption("h");
    dialog.getByRole(AriaRole.BUTTON, within("Copy as a command: Retry")).click();
    dialog.getByRole(AriaRole.MENUITEM, within("Copy as command line")).click();
    assertThat((String) jobs.evaluate("navigator.clipboard.readText()"))
        .matches("./ekiden jobs retry --group rated --before \\S+ --state canceled --rate 1/h");
    retry.click();
    assertThat(jobs.getByText("3 jobs will run again.")).isVisible();
    jobs.navigate(server.address() + "/console/jobs?group=rated");
    assertThat(rows(jobs).filter(text("Scheduled"))).hasCount(2);
  }

  private static JobRequest labels(String group) {
    return JobRequest.of("print-labels", Map.of("format", "zpl", "rows", 1)).withGroup(group);
  }

  @Test
  void aJobSaysWhyItDoesNotRun() {
    Page job = visit(View.DESK, "/jobs/" + stock.blocked());
    assertThat(job.locator(".why")).isVisible();
    assertThat(job.locator(".why li").first()).not().isEmpty();
  }

  @Test
  void theOverviewSaysWhatNeedsAttentionAndLeadsThere() {
    Page overview = visit(View.DESK, "/");
    assertThat(overview.locator("line-chart canvas")).hasCount(3);
    Locator point = overview.getByRole(AriaRole.LINK, named("Queue paused: printing")).first();
    assertThat(point).containsText("the printer is being moved");
    point.click();
    assertThat(overview).hasURL(Pattern.compile(".*/console/queues/printing$"));
    assertThat(overview.locator("h1")).hasText("printing");
  }

  @Test
  void aQueueSaysWhoIsNextAndWhyNotYet() {
    Page queue = visit(View.DESK, "/queues/exports");
    Locator head = queue.locator("queue-head tbody tr");
    assertThat(head).hasCount(2);
    assertThat(head.first()).containsText("A limit is reached");
    head.nth(1).click();
    assertThat(queue).hasURL(Pattern.compile(".*/console/jobs/" + stock.blocked() + "$"));
  }

  @Test
  void aLimitIsEdited() {
    Page queue = visit(View.DESK, "/queues/billing");
    queue.getByRole(AriaRole.BUTTON, named("Edit")).first().click();
    queue.getByLabel("Running at once").fill("7");
    queue.getByRole(AriaRole.BUTTON, named("Save").setExact(true)).click();
    assertThat(queue.getByText("7 running")).isVisible();
    queue.getByRole(AriaRole.BUTTON, named("Edit")).first().click();
    queue.getByLabel("Running at once").fill("");
    queue.getByRole(AriaRole.BUTTON, named("Save").setExact(true)).click();
    assertThat(queue.getByText("7 running")).hasCount(0);
  }

  @Test
  void aGroupIsHeldWithAReasonAndReleased() {
    Page jobs = visit(View.DESK, "/jobs?group=initech");
    Locator bar = jobs.locator("group-bar");
    Locator dialog = jobs.getByRole(AriaRole.DIALOG);
    assertThat(bar).containsText("None of its jobs runs now.");
    bar.getByRole(AriaRole.BUTTON, within("Hold and drain…")).click();
    dialog.getByLabel("Reason, for whoever finds it held").fill("moves away");
    dialog.getByRole(AriaRole.BUTTON, within("Copy as a command: Hold and drain")).click();
    dialog.getByRole(AriaRole.MENUITEM, within("Copy as command line")).click();
    assertThat(jobs.evaluate("navigator.clipboard.readText()"))
        .isEqualTo("./ekiden groups drain initech --reason 'moves away'");
    dialog.getByRole(AriaRole.BUTTON, within("Hold and drain").setExact(true)).click();
    assertThat(bar).containsText("moves away");
    assertThat(bar).containsText("Drained: none of its jobs runs");
    bar.getByRole(AriaRole.BUTTON, within("Release…")).click();
    dialog.getByRole(AriaRole.BUTTON, within("Release").setExact(true)).click();
    assertThat(bar).containsText("None of its jobs runs now.");
  }

  @Test
  void aFailedJobShowsItsAttemptsItsErrorAndItsLog() {
    Page job = visit(View.DESK, "/jobs/" + stock.failed());
    assertThat(job.locator("attempt-timeline ol > li")).hasCount(2);
    assertThat(job.getByText("550 5.1.1 <nobody@example.org>").first()).isVisible();
    assertThat(job.locator("json-value").first()).containsText("ご注文ありがとうございます");
    assertThat(job.locator("log-viewer")).containsText("250 OK recipient nobody@example.org");
    assertThat(job.locator("log-viewer")).not().containsText("[32m");
  }

  @Test
  void aJobIsClonedWithAnotherPayload() {
    Page job = visit(View.DESK, "/jobs/" + stock.failed());
    job.getByRole(AriaRole.BUTTON, named("Clone and edit")).click();
    Locator payload = job.getByLabel("Payload").last();
    String text = payload.inputValue();
    payload.fill(text.substring(1));
    job.getByRole(AriaRole.BUTTON, named("Clone").setExact(true)).click();
    assertThat(job.getByText("This is not JSON")).isVisible();
    payload.fill(text.replace("nobody@", "somebody@"));
    job.getByRole(AriaRole.BUTTON, named("Clone").setExact(true)).click();
    assertThat(job.locator("h1")).not().hasText("Job " + stock.failed());
    assertThat(job.locator("json-value").first()).containsText("somebody@example.org");
    assertThat(job.getByText("Cloned from")).isVisible();
    assertThat(job.locator("h1 + .status")).hasText("Succeeded");
  }

  @Test
  void aHundredThousandLinesAreALightLoad() {
    Page job = visit(View.DESK, "/jobs/" + stock.verbose());
    Locator lines = job.locator("log-viewer .line");
    assertThat(job.getByText("100,000 lines")).isVisible();
    assertThat(lines.last()).containsText("doc 99999");
    assertThat(lines.count()).isLessThan(200);
    job.getByLabel("Search the log").fill("doc 1234");
    assertThat(job.getByText("11 matches")).isVisible();
    assertThat(job.locator("log-viewer mark")).hasCount(0);
    job.getByLabel("Search the log").press("Enter");
    assertThat(job.getByText("1 / 11")).isVisible();
    assertThat(job.locator(".line.current mark")).hasText("doc 1234");
    job.getByRole(AriaRole.BUTTON, named("Matches only")).click();
    assertThat(lines).hasCount(11);
    lines.nth(4).locator(".line-number").click();
    assertThat(job).hasURL(Pattern.compile(".*\\?line=12344$"));
    assertThat(job.locator(".line.current")).containsText("doc 12343");
    assertThat(job.locator(".line.current + .line")).containsText("doc 12344");
    job.getByLabel("Level").selectOption("error");
    assertThat(job.getByText("0 of 100,000 lines")).isVisible();
  }

  @Test
  void whatPeopleWriteIsShownAndNeverRun() {
    String evil = "<img src=x onerror=\"document.title='broken'\">";
    long id =
        server
            .engine()
            .enqueue(
                JobRequest.of("print-labels", Map.of("format", evil, "rows", 1)).withGroup(evil))
            .id();
    Page job = visit(View.DESK, "/jobs/" + id);
    assertThat(job.locator("json-value").first()).containsText("<img src=x onerror=");
    assertThat(job.locator("main img")).hasCount(0);
    assertThat(job.title()).doesNotContain("broken");
    server.engine().jobs().cancel(id);
  }

  @Test
  void aChangeShowsByItself() {
    Page queue = visit(View.DESK, "/queues/search");
    assertThat(queue.locator("h1 + .status")).hasText("Open");
    assertThat(queue.getByText("Live")).isVisible();
    server.engine().queues().pause("search", "an update");
    assertThat(queue.locator("h1 + .status")).hasText("Paused");
    assertThat(queue.getByText("an update")).isVisible();
    queue.getByRole(AriaRole.BUTTON, named("Resume…")).click();
    queue
        .getByRole(AriaRole.DIALOG)
        .getByRole(AriaRole.BUTTON, within("Resume").setExact(true))
        .click();
    assertThat(queue.locator("h1 + .status")).hasText("Open");
  }

  @Test
  void aScheduleTellsItsTimesInItsZoneAndTheViewersAndRunsNow() {
    Page schedule = visit(View.DESK, "/schedules/reminders");
    assertThat(schedule.locator("table").first()).containsText("Europe/Berlin");
    assertThat(schedule.locator("table").first()).containsText("Asia/Tokyo");
    schedule.getByRole(AriaRole.BUTTON, named("Run now…")).click();
    schedule
        .getByRole(AriaRole.DIALOG)
        .getByRole(AriaRole.BUTTON, within("Run now").setExact(true))
        .click();
    assertThat(schedule.locator(".toast a")).hasText(Pattern.compile("Job \\d+"));
  }

  @Test
  void costsAreToldByWhatOneAsksAndForEachAttempt() {
    Page costs = visit(View.DESK, "/costs");
    assertThat(costs.locator("data-table").first()).containsText("send-mail");
    costs.getByRole(AriaRole.BUTTON, named("Day").setExact(true)).click();
    assertThat(costs).hasURL(Pattern.compile(".*by=day$"));
    assertThat(costs.locator(".cost-bars dt")).hasCount(6);
    costs.navigate(server.address() + "/console/jobs/" + stock.failed());
    assertThat(costs.locator("attempt-timeline li").first()).containsText("$0.00");
  }

  @Test
  void aFleetSaysWhyItHasSoManyWorkersAndIsChanged() {
    Page fleet = visit(View.DESK, "/fleets/post");
    assertThat(fleet.locator(".why")).containsText("workers");
    fleet.getByLabel("Language").selectOption("ja");
    assertThat(fleet.locator(".why")).containsText("待機 0 件以上なら 0 台");
    assertThat(fleet.locator(".why [lang=en]")).hasCount(0);
    fleet.getByLabel("言語").selectOption("en");
    fleet.getByRole(AriaRole.BUTTON, named("Edit…")).click();
    Locator dialog = fleet.getByRole(AriaRole.DIALOG);
    assertThat(dialog).containsText("Now 0 to 2 workers");
    dialog.getByLabel("At most").fill("3");
    dialog.getByRole(AriaRole.BUTTON, within("Save").setExact(true)).click();
    assertThat(fleet.getByText("post is changed.")).isVisible();
    assertThat(fleet.locator("dl.pairs")).containsText("0 – 3");
  }

  @Test
  void anActionCanBeCopiedAsACommand() {
    Page job = visit(View.DESK, "/jobs/" + stock.failed());
    job.getByRole(AriaRole.BUTTON, named("Copy as a command: Job")).click();
    job.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName("Copy as command line"))
        .click();
    assertThat(job.getByText("Copied")).isVisible();
    assertThat(job.evaluate("navigator.clipboard.readText()"))
        .isEqualTo("./ekiden jobs get " + stock.failed());
  }

  @Test
  void withoutASessionThePageSaysHowToGetIn() {
    Page stranger = visitor.look(View.DESK);
    stranger.navigate(server.address() + "/console/jobs");
    assertThat(stranger.locator("h1")).hasText("Open the console by its link");
    stranger.navigate(server.address() + "/?token=wrong");
    assertThat(stranger.getByRole(AriaRole.ALERT)).containsText("does not carry the token");
    visitor.expect("401");
  }

  @Test
  void aThemeIsThereBeforeTheFirstPaint() {
    Page night = visitor.visitFirst(server, View.DESK, "/workers");
    night.getByRole(AriaRole.BUTTON, named("Dark theme")).click();
    // Scripts that are modules come after the first paint: without them the theme is right already.
    night.route("**/js/**", route -> route.abort());
    night.reload();
    assertThat(night.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        .isEqualTo("rgb(15, 18, 22)");
    visitor.expect("ERR_FAILED");
  }

  @Test
  void onABadLineThePageSaysThatItLoads() {
    Page slow = visitor.look(View.DESK);
    slow.context().addCookies(server.session());
    var devtools = slow.context().newCDPSession(slow);
    devtools.send("Network.enable");
    JsonObject conditions = new JsonObject();
    conditions.addProperty("offline", false);
    conditions.addProperty("latency", 120);
    conditions.addProperty("downloadThroughput", 150_000);
    conditions.addProperty("uploadThroughput", 30_000);
    devtools.send("Network.emulateNetworkConditions", conditions);
    slow.navigate(server.address() + "/console/jobs?state=failed");
    assertThat(slow.getByText("Loading…")).isVisible();
    assertThat(rows(slow).first()).isVisible();
  }

  @Test
  void bothLanguagesSayTheSameThings() {
    Page any = visit(View.DESK, "/workers");
    Object missing =
        any.evaluate(
            """
            async () => {
              const flat = (part, path = "") => Object.entries(part).flatMap(([key, value]) =>
                typeof value === "object" ? flat(value, path + key + ".") : [path + key + ":" + typeof value]);
              const [en, ja] = await Promise.all(["en", "ja"].map(async (language) =>
                flat((await import(`/console/js/i18n/${language}.js`)).default)));
              return [...en.filter((key) => !ja.includes(key)), ...ja.filter((key) => !en.includes(key))];
            }
            """);
    assertThat((List<?>) missing).isEmpty();
  }

  private Page visit(View view, String path) {
    return visitor.visit(server, view, path);
  }

  private static Locator rows(Page page) {
    return page.locator("data-table tbody tr");
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Page.GetByLabelOptions exactly() {
    return new Page.GetByLabelOptions().setExact(true);
  }

  private static Locator.GetByRoleOptions within(String name) {
    return new Locator.GetByRoleOptions().setName(name);
  }

  private static Locator.FilterOptions text(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }
}
