package dev.ekiden.bench.chaos;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A place for a worker process behind a proxy of its own; when the process ends another takes its
 * place. Thread-safe.
 */
final class WorkerSlot implements AutoCloseable {
  private final DatabaseAddress direct;
  private final Proxy proxy;
  private final Duration lease;
  private final int number;
  private final int concurrency;
  private final boolean longJobs;
  private final Path directory;
  private final AtomicInteger generations = new AtomicInteger();
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile Present present;
  private volatile boolean closed;

  /**
   * The process that has the place.
   *
   * @param name its name, which no other process of the run has
   */
  record Present(String name, Process process) {
    void signal(String signal) {
      try {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void tell(String command) {
      try {
        Writer commands = process.outputWriter(StandardCharsets.UTF_8);
        commands.write(command + "\n");
        commands.flush();
      } catch (IOException e) {
        // It has ended.
      }
    }
  }

  /**
   * @param directory takes the logs of its processes
   */
  WorkerSlot(
      DatabaseAddress direct,
      Duration lease,
      int number,
      int concurrency,
      boolean longJobs,
      Path directory) {
    this.direct = direct;
    this.proxy = Proxy.before(direct);
    this.lease = lease;
    this.number = number;
    this.concurrency = concurrency;
    this.longJobs = longJobs;
    this.directory = directory;
    this.present = launch();
    Thread.ofVirtual().name("slot " + number).start(this::watch);
  }

  Present present() {
    return present;
  }

  int number() {
    return number;
  }

  Proxy proxy() {
    return proxy;
  }

  /** How many processes had the place. */
  int generations() {
    return generations.get();
  }

  /** Waits until the first process works. */
  void awaitReady() throws InterruptedException {
    if (!ready.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "worker process " + number + " did not start; its log is in " + directory);
    }
  }

  @Override
  public void close() {
    closed = true;
    present.process().destroyForcibly();
    proxy.close();
  }

  private Present launch() {
    String name = (longJobs ? "long " : "worker ") + number + "." + generations.incrementAndGet();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosWorker.class.getName(),
                proxy.address().url(),
                direct.url(),
                direct.user(),
                Long.toString(lease.toMillis()),
                name,
                Integer.toString(number),
                Integer.toString(concurrency),
                Boolean.toString(longJobs)));
    builder.environment().put(ChaosWorker.PASSWORD, direct.password());
    builder.redirectError(directory.resolve(name.replace(' ', '-') + ".log").toFile());
    try {
      return new Present(name, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void watch() {
    try {
      while (!closed) {
        Present watched = present;
        // Its standard output ends with it.
        BufferedReader output = watched.process().inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          if (line.equals(ChaosWorker.READY)) {
            ready.countDown();
          }
        }
        watched.process().waitFor();
        if (!closed) {
          present = launch();
          if (closed) {
            present.process().destroyForcibly();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
