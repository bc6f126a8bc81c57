package dev.ekiden.engine;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A worker in a JVM of its own, to be killed or stopped by a test. */
final class WorkerProcess implements AutoCloseable {
  record Task(String what) {}

  /** What the task definition does, in this process and in others. */
  static JobDefinition<Task> task(CountDownLatch letGo) {
    return JobDefinition.named("task", Task.class)
        .queue("tasks")
        .handler((task, context) -> {
          switch (task.what()) {
            case "wait" -> letGo.await();
            case "crash" -> Runtime.getRuntime().halt(137);
            default -> {}
          }
          return null;
        });
  }

  private final Process process;
  private final BufferedReader output;

  private WorkerProcess(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts a worker with so many places; answers when it has a lease. */
  static WorkerProcess start(DatabaseAddress address, Duration lease, int concurrency) {
    return start(
        WorkerProcess.class,
        address,
        Long.toString(lease.toMillis()),
        Integer.toString(concurrency));
  }

  /** Starts a program that says "ready" when it is; it gets the database's URL and user first. */
  static WorkerProcess start(Class<?> program, DatabaseAddress address, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(address.url(), address.user()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("WORKER_PASSWORD", address.password());
    try {
      WorkerProcess worker = new WorkerProcess(builder.start());
      worker.awaitLine("ready");
      return worker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line of its output. */
  void awaitLine(String wanted) {
    try {
      String line = output.readLine();
      while (line != null && !line.equals(wanted)) {
        line = output.readLine();
      }
      if (line == null) {
        throw new AssertionError("the worker process ended before it said '" + wanted + "'");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the process has ended; answers its exit code. */
  int awaitExit() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the worker process goes on");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws InterruptedException {
    DatabaseAddress address =
        DatabaseAddress.of(arguments[0], arguments[1], System.getenv("WORKER_PASSWORD"));
    CountDownLatch letGo = new CountDownLatch(1);
    EngineListener listener =
        new EngineListener() {
          @Override
          public void attemptStarted(long jobId, int attempt, String definition, String queue) {
            say("started " + jobId);
          }

          @Override
          public void completionRefused(long jobId, int attempt) {
            say("refused " + jobId);
          }
        };
    try (Database database = Database.open(address, 4, "worker process");
        Engine engine =
            Engine.on(database.dataSource())
                .definitions(task(letGo))
                .listener(listener)
                .lease(Duration.ofMillis(Long.parseLong(arguments[2])))
                .build()) {
      engine.start();
      engine
          .worker(WorkerOptions.of("tasks").withConcurrency(Integer.parseInt(arguments[3])))
          .start();
      say("ready");
      Thread signals =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                // A line on the input lets the waiting tasks go.
                try {
                  System.in.read();
                  letGo.countDown();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      signals.join();
      new CountDownLatch(1).await();
    }
  }

  /** Lets every "wait" task of the process return. */
  void letGo() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
