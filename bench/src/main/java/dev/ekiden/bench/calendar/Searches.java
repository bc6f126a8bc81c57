package dev.ekiden.bench.calendar;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Customers who know their time and ask which plans of a space are free. Requests come at a fixed
 * rate, however long answers take, and are measured from the moment they were due.
 */
final class Searches implements AutoCloseable {
  private static final int OK = 200;
  private static final int DAYS_AHEAD = 60;
  private static final int FIRST_HOUR = 8;
  private static final int HOURS = 12;
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final URI address;
  private final List<String> spaces;
  private final LocalDate today;
  private final SplittableRandom random;
  private final HttpClient http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong failed = new AtomicLong();

  Searches(URI address, List<String> spaces, LocalDate today, long seed) {
    this.address = address;
    this.spaces = spaces;
    this.today = today;
    this.random = new SplittableRandom(seed);
    this.http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
  }

  /** Requests that were not answered as they should. */
  long failed() {
    return failed.get();
  }

  /** Asks for a time, and answers how many nanoseconds each answer took. */
  Histogram ask(Duration time, double perSecond) {
    Histogram nanos = new SynchronizedHistogram(LONGEST.toNanos(), 3);
    long start = System.nanoTime();
    long count = Math.round(time.toNanos() / 1e9 * perSecond);
    try (ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long number = 0; number < count; number++) {
        long due = start + Math.round(number * 1e9 / perSecond);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        URI question = question();
        answers.execute(() -> measure(question, due, nanos));
      }
    }
    return nanos;
  }

  private URI question() {
    LocalDate day = today.plusDays(1 + random.nextInt(DAYS_AHEAD));
    int hour = FIRST_HOUR + random.nextInt(HOURS);
    return URI.create(
        address
            + "/calendar/spaces/%s/plans?start=%sT%02d:00&end=%sT%02d:00"
                .formatted(spaces.get(random.nextInt(spaces.size())), day, hour, day, hour + 2));
  }

  private void measure(URI question, long due, Histogram nanos) {
    try {
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(question).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != OK) {
        failed.incrementAndGet();
      }
      nanos.recordValue(Math.min(LONGEST.toNanos(), System.nanoTime() - due));
    } catch (IOException e) {
      failed.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    http.close();
    threads.close();
  }
}
