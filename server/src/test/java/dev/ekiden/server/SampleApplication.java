package dev.ekiden.server;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.RetryPolicy;
import dev.ekiden.engine.RetryRule;
import dev.ekiden.engine.WorkerOptions;
import dev.ekiden.postgres.Database;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** An application with everything an application can have. */
public final class SampleApplication implements Application {
  static final long MAX_IMPORT_BYTES = 1_000;

  record Greeting(String name) {}

  static final JobDefinition<Greeting> GREET =
      JobDefinition.named("greet", Greeting.class)
          .queue("greetings")
          .timeout(Duration.ofMinutes(1))
          .handler((greeting, context) -> {
            context.log("greeting " + greeting.name());
            return "Hello, " + greeting.name();
          });

  static final JobDefinition<Greeting> FAIL =
      JobDefinition.named("fail", Greeting.class)
          .queue("failures")
          .retry(
              RetryPolicy.NEVER.withRules(
                  RetryRule.on(IOException.class).retryUncounted(), RetryRule.onTimeout().fail()))
          .handler((greeting, context) -> {
            throw JobFailure.permanent("no " + greeting.name());
          });

  /** Runs until it is told to stop. */
  static final JobDefinition<Object> SLEEP =
      JobDefinition.named("sleep", Object.class)
          .queue("naps")
          .handler((nothing, context) -> {
            new CountDownLatch(1).await();
            return null;
          });

  /** Nobody runs these unless a worker asks for the queue. */
  static final JobDefinition<Greeting> LATER =
      JobDefinition.named("later", Greeting.class)
          .queue("elsewhere")
          .handler((greeting, context) -> greeting.name() + " by " + ProcessHandle.current().pid());

  /** Whether {@link #convert} works. */
  volatile boolean mended;

  /** Fails until it is mended. */
  private final JobDefinition<Greeting> convert =
      JobDefinition.named("convert", Greeting.class)
          .queue("conversions")
          .retry(RetryPolicy.NEVER)
          .handler((greeting, context) -> {
            if (!mended) {
              throw new IllegalStateException("the template is broken");
            }
            return greeting.name() + ".xlsx";
          });

  /** A request to {@code /sample/gate} has come in; it is answered when the gate opens. */
  final CountDownLatch atGate = new CountDownLatch(1);

  final CountDownLatch gate = new CountDownLatch(1);

  private boolean migrated;
  private boolean started;

  boolean isStarted() {
    return started && migrated;
  }

  @Override
  public String name() {
    return "sample";
  }

  @Override
  public void migrate(Database database) {
    migrated = true;
  }

  @Override
  public List<JobDefinition<?>> definitions(Services services) {
    return List.of(GREET, FAIL, SLEEP, LATER, convert);
  }

  @Override
  public List<WorkerOptions> workers() {
    return List.of(
        WorkerOptions.of("greetings", "failures", "naps", "conversions")
            .withPollInterval(Duration.ofMillis(100)));
  }

  @Override
  public void started(Services services) {
    started = true;
  }

  @Override
  public void controlRoutes(Routes routes, Services services) {
    routes.get("/control", request -> Response.json(Map.of("clock", services.clock().instant())));
    routes.get(
        "/boom",
        request -> {
          throw new IllegalStateException("a mistake of ours, with secret-detail");
        });
    routes.get(
        "/gate",
        request -> {
          atGate.countDown();
          gate.await();
          return Response.text("text/plain", "through");
        });
    routes.get(
        "/numbers",
        request -> {
          request.allowQuery("count", "day", "on");
          return Response.json(
              Map.of(
                  "count",
                  request.query("count").integer(1, 10),
                  "day",
                  request.query("day").optional(Parameter::date).map(Object::toString).orElse(""),
                  "on",
                  request.query("on").flag()));
        });
    routes.post(
        "/import",
        request -> {
          try (InputStream csv = request.csv(MAX_IMPORT_BYTES)) {
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            csv.transferTo(copy);
            return Response.json(Map.of("bytes", copy.size()));
          }
        });
    routes.get(
        "/export",
        request ->
            Response.streamed(
                "text/csv",
                out -> out.write("a,b\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))));
  }

  @Override
  public void publicRoutes(Routes routes, Services services) {
    routes.get("/public", request -> Response.json(Map.of("client", request.clientAddress())));
    routes.post("/public", request -> Response.json(request.json(Greeting.class, 100)));
  }

  @Override
  public boolean hasPublicListener() {
    return true;
  }

  @Override
  public Optional<String> openApiResource() {
    return Optional.of("dev/ekiden/server/sample.yaml");
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return List.of(new ClockCommand(context));
  }

  @Override
  public Optional<Demo> demo() {
    return Optional.of(context -> {
      try (var bar = context.progress("greeting", 2)) {
        for (String name : List.of("Aiko", "ゆうき")) {
          long id = context.services().engine().enqueue(GREET.request(new Greeting(name))).id();
          context.services().engine().jobs().await(id, Duration.ofSeconds(30));
          bar.advance(1);
        }
      }
      return DemoResult.of(
          DemoResult.Row.exactly("greetings", 2, "", 2),
          DemoResult.Row.of("seed", context.seed(), ""),
          DemoResult.Row.of("full", context.isFull() ? 1 : 0, ""));
    });
  }

  @Command(
      name = "clock",
      description = "Shows the server's clock.",
      footer = {"", "Examples:", "  ekiden sample clock"})
  static final class ClockCommand implements java.util.concurrent.Callable<Integer> {
    private final CommandContext context;

    ClockCommand(CommandContext context) {
      this.context = context;
    }

    @Override
    public @Nullable Integer call() {
      context
          .printer()
          .one(
              context.api().get("/sample/control"),
              List.of(dev.ekiden.server.cli.Field.of("clock", "clock")));
      return ExitCode.OK;
    }
  }
}
