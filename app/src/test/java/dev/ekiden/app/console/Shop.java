package dev.ekiden.app.console;

import dev.ekiden.engine.ArrayRequest;
import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.engine.Limit;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.engine.Timing;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.server.Application;
import dev.ekiden.server.Services;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** A shop whose jobs are in every state there is, for the console to show. */
final class Shop implements Application {
  /** Lines of the longest log: what one attempt may keep is less. */
  static final int LOG_LINES = 100_000;

  private static final int LOGGING_ATTEMPTS = 4;

  record Mail(String to, String subject, Map<String, Object> order) {}

  record Export(String format, int rows) {}

  private static final RetryPolicy SOON =
      RetryPolicy.attempts(2).withDelays(Duration.ofMillis(1), Duration.ofMillis(1));

  private final CountDownLatch closing = new CountDownLatch(1);

  private final JobDefinition<Mail> mail =
      JobDefinition.named("send-mail", Mail.class)
          .queue("mail")
          .retry(SOON)
          .handler((mail, context) -> {
            context.log("connecting to smtp.example.org:587");
            context.log("\u001b[32m250 OK\u001b[0m recipient %s", mail.to());
            if (mail.to().startsWith("nobody")) {
              throw new IllegalStateException(
                  "550 5.1.1 <%s>: Recipient address rejected".formatted(mail.to()));
            }
            return Map.of(
                "messageId", "<%d@shop.example>".formatted(context.jobId()), "size", 4_117);
          });

  private final JobDefinition<Export> export =
      JobDefinition.named("export-orders", Export.class)
          .queue("exports")
          .retry(RetryPolicy.NEVER)
          .handler((export, context) -> {
            context.log("exporting %d rows as %s", export.rows(), export.format());
            closing.await();
            return null;
          });

  private final JobDefinition<Export> verbose =
      JobDefinition.named("reindex", Export.class)
          .queue("search")
          .retry(
              RetryPolicy.attempts(LOGGING_ATTEMPTS)
                  .withDelays(Duration.ofMillis(1), Duration.ofMillis(1)))
          .handler((export, context) -> {
            int lines = LOG_LINES / LOGGING_ATTEMPTS;
            int first = (context.attempt() - 1) * lines;
            for (int line = first; line < first + lines; line++) {
              context.log("doc " + line);
            }
            if (context.attempt() < LOGGING_ATTEMPTS) {
              throw new IllegalStateException("the index was locked");
            }
            return Map.of("documents", LOG_LINES);
          });

  private final JobDefinition<Export> image =
      JobDefinition.named("resize-image", Export.class)
          .queue("media")
          .retry(SOON)
          .handler((export, context) -> Map.of("width", 1_280, "bytes", 184_320));

  private final JobDefinition<Export> search =
      JobDefinition.named("update-index", Export.class)
          .queue("search")
          .retry(SOON)
          .handler((export, context) -> Map.of("documents", export.rows()));

  private final JobDefinition<Export> invoice =
      JobDefinition.named("issue-invoice", Export.class)
          .queue("billing")
          .retry(RetryPolicy.attempts(5).withDelays(Duration.ofHours(1), Duration.ofHours(1)))
          .handler((export, context) -> {
            if (export.rows() < 0) {
              throw JobFailure.permanent("an invoice needs rows");
            }
            throw new IllegalStateException("the tax service answered 503");
          });

  private final JobDefinition<Export> page =
      JobDefinition.named("render-page", Export.class).queue("catalogue").enqueueOnly();

  private final JobDefinition<Export> nobody =
      JobDefinition.named("print-labels", Export.class).queue("printing").enqueueOnly();

  @Override
  public String name() {
    return "shop";
  }

  @Override
  public List<JobDefinition<?>> definitions(Services services) {
    return List.of(mail, export, verbose, image, search, invoice, page, nobody);
  }

  @Override
  public List<WorkerOptions> workers() {
    return List.of(
        WorkerOptions.of("mail", "search", "billing", "media")
            .withName("shop-1")
            .withConcurrency(4),
        WorkerOptions.of("exports").withName("shop-exports").withConcurrency(2));
  }

  /** Lets what runs end, so that the server can stop. */
  void close() {
    closing.countDown();
  }

  /** What the tests look for. */
  record Stock(long sent, long failed, long verbose, long array, long running, long blocked) {}

  /** Fills the queues and waits until all stands as it will. */
  Stock open(Engine engine) throws InterruptedException {
    engine.limits().put(Limit.running(new Limit.Scope.Queue("exports"), 2));
    long sent = 0;
    for (String name : List.of("aiko", "yuki", "sora", "hana", "ren", "mei")) {
      sent = engine.enqueue(mail.request(letter(name + "@example.org"))).id();
    }
    long failed = engine.enqueue(mail.request(letter("nobody@example.org"))).id();
    engine.enqueue(mail.request(letter("nobody.else@example.org")).withGroup("acme"));
    engine.enqueue(
        IntStream.range(0, 80)
            .mapToObj(n -> mail.request(letter("customer-%d@example.org".formatted(n))))
            .toList());
    long verboseJob = engine.enqueue(verbose.request(new Export("json", LOG_LINES))).id();
    long array =
        engine
            .enqueueArray(
                ArrayRequest.of(
                    JobRequest.of("send-mail", null),
                    List.of(
                        letter("a@example.org"), letter("b@example.org"), letter("c@example.org"))))
            .id();
    engine.enqueue(
        invoice.request(new Export("pdf", 3)).withKey(Key.serial("customer-7")).withPriority(8));
    engine.enqueue(invoice.request(new Export("pdf", -1)));
    engine.enqueue(
        invoice.request(new Export("pdf", 2)).withDelay(Duration.ofDays(2)).withGroup("acme"));
    for (int n = 0; n < 24; n++) {
      engine.enqueue(
          nobody.request(new Export("zpl", n)).withGroup(n % 3 == 0 ? "acme" : "globex"));
    }
    long running = engine.enqueue(export.request(new Export("csv", 120_000))).id();
    engine.enqueue(export.request(new Export("xlsx", 4_000)));
    Duration patience = Duration.ofSeconds(30);
    engine.jobs().await(failed, patience);
    engine.jobs().await(sent, patience);
    engine.jobs().await(verboseJob, patience);
    engine.jobs().await(array, patience);
    engine.enqueue(export.request(new Export("csv", 7)));
    long blocked = engine.enqueue(export.request(new Export("parquet", 9))).id();
    if (engine.schedules().list().isEmpty()) {
      plan(engine);
    }
    engine.queues().pause("printing", "the printer is being moved");
    return new Stock(sent, failed, verboseJob, array, running, blocked);
  }

  /** Makes the schedules. */
  void plan(Engine engine) {
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");
    engine
        .schedules()
        .put(
            "nightly-index",
            search.request(new Export("csv", 1)),
            new Timing.Cron("0 3 * * *"),
            tokyo);
    engine
        .schedules()
        .put(
            "reminders",
            mail.request(letter("all@example.org")),
            new Timing.Cron("*/10 * * * *"),
            ZoneId.of("Europe/Berlin"));
    engine
        .schedules()
        .put(
            "old-sync",
            mail.request(letter("sync@example.org")),
            new Timing.Rate(Duration.ofHours(6)),
            tokyo);
    engine.schedules().pause("old-sync");
  }

  /** Some mails, and some to people who are not there. */
  void mails(Engine engine, int right, int wrong) {
    engine.enqueue(
        IntStream.range(0, right + wrong)
            .mapToObj(
                n -> (n < right ? "customer-%d@example.org" : "nobody-%d@example.org").formatted(n))
            .map(to -> mail.request(letter(to)))
            .toList());
  }

  void images(Engine engine, int count) {
    engine.enqueue(
        IntStream.range(0, count)
            .mapToObj(n -> image.request(new Export("webp", n)).withGroup("customer-" + n % 7))
            .toList());
  }

  void searches(Engine engine, int count) {
    engine.enqueue(
        IntStream.range(0, count)
            .mapToObj(n -> search.request(new Export("json", n + 1)))
            .toList());
  }

  private static Mail letter(String to) {
    return new Mail(
        to,
        "ご注文ありがとうございます",
        Map.of("id", 4_711, "total", 12_800, "items", List.of("富士山カレンダー", "風呂敷"), "gift", false));
  }
}
