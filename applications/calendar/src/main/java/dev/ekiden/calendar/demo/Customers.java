package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.demo.DemoStore.Place;
import dev.ekiden.server.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Customers at the public listener: both ways to search, and bookings, some of them two at a time
 * for the same hour. Requests come at a fixed rate, however long answers take, and are measured
 * from the moment they were due: a server that falls behind cannot hide it.
 */
final class Customers implements AutoCloseable {

  private static final long MAXIMUM_MICROS = Duration.ofMinutes(10).toMillis() * 1_000;
  private static final int DAYS_AHEAD = 60;
  private static final int RIVALS_ONE_IN = 4;

  /** What a load measured: microseconds of answers. */
  record Load(Histogram planFirst, Histogram timeFirst) {
    static Load empty() {
      return new Load(
          new ConcurrentHistogram(MAXIMUM_MICROS, 3), new ConcurrentHistogram(MAXIMUM_MICROS, 3));
    }
  }

  private interface Visit {
    void run(RandomGenerator random) throws IOException, InterruptedException;
  }

  private final URI address;
  private final List<Place> places;
  private final LocalDate today;
  private final SplittableGenerator seeds;
  private final HttpClient http;
  private final ExecutorService visits = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong booked = new AtomicLong();
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  Customers(URI address, List<Place> places, LocalDate today, long seed) {
    this.address = address;
    this.places = places;
    this.today = today;
    this.seeds = RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(seed);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(visits)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Bookings that were confirmed. */
  long booked() {
    return booked.get();
  }

  /** Holds that came too late: somebody had the hour. */
  long taken() {
    return taken.get();
  }

  /** Requests that were not answered as they should. */
  long failed() {
    return failed.get();
  }

  /** Visits for a time, and returns when all answers are there. */
  Load visit(Duration time, double searchesPerSecond, double bookingsPerSecond)
      throws InterruptedException {
    Load load = Load.empty();
    List<Thread> sources =
        List.of(
            source(time, searchesPerSecond, load.planFirst(), this::searchPlanFirst),
            source(time, searchesPerSecond, load.timeFirst(), this::searchTimeFirst),
            source(
                time, bookingsPerSecond, new ConcurrentHistogram(MAXIMUM_MICROS, 1), this::book));
    for (Thread source : sources) {
      source.join();
    }
    return load;
  }

  @Override
  public void close() {
    http.close();
    visits.close();
  }

  private Thread source(Duration time, double perSecond, Histogram micros, Visit visit) {
    SplittableGenerator own = seeds.split();
    return Thread.ofVirtual()
        .start(() -> {
          long start = System.nanoTime();
          long count = Math.round(time.toNanos() / 1e9 * perSecond);
          try (ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long number = 0; number < count; number++) {
              long due = start + Math.round(number * 1e9 / perSecond);
              sleepUntil(due);
              SplittableGenerator random = own.split();
              answers.execute(() -> measure(visit, random, due, micros));
            }
          }
        });
  }

  private static void sleepUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void measure(Visit visit, RandomGenerator random, long due, Histogram micros) {
    try {
      visit.run(random);
      micros.recordValue(Math.clamp((System.nanoTime() - due) / 1_000, 0, MAXIMUM_MICROS));
    } catch (IOException e) {
      failed.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** First the plan, then the time: what is free in a week. */
  private void searchPlanFirst(RandomGenerator random) throws IOException, InterruptedException {
    LocalDate from = today.plusDays(random.nextInt(DAYS_AHEAD));
    expect(200, 404, availability(pick(random).plan(), from, from.plusDays(6)));
  }

  /** First the time, then the plan: which plans of a space are free for two hours. */
  private void searchTimeFirst(RandomGenerator random) throws IOException, InterruptedException {
    LocalDate day = today.plusDays(random.nextInt(DAYS_AHEAD));
    int hour = 8 + random.nextInt(12);
    expect(
        200,
        200,
        get(
            "/spaces/%s/plans?start=%sT%02d:00&end=%sT%02d:00"
                .formatted(encode(pick(random).space()), day, hour, day, hour + 2)));
  }

  /** Finds an hour, holds it, confirms it; now and then somebody else wants the same one. */
  private void book(RandomGenerator random) throws IOException, InterruptedException {
    String plan = pick(random).plan();
    LocalDate day = today.plusDays(1 + random.nextInt(DAYS_AHEAD));
    HttpResponse<String> found = availability(plan, day, day);
    if (found.statusCode() != 200) {
      expect(200, 404, found);
      return;
    }
    JsonNode times = Json.MAPPER.readTree(found.body()).path("times");
    if (times.isEmpty()) {
      return;
    }
    JsonNode time = times.get(random.nextInt(times.size()));
    ObjectNode wish =
        Json.MAPPER
            .createObjectNode()
            .put("plan", plan)
            .put("start", time.path("start").asString(""))
            .put("end", time.path("end").asString(""));
    int rivals = random.nextInt(RIVALS_ONE_IN) == 0 ? 2 : 1;
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int rival = 0; rival < rivals; rival++) {
        both.execute(() -> holdAndConfirm(wish));
      }
    }
  }

  private void holdAndConfirm(ObjectNode wish) {
    try {
      HttpResponse<String> held = post("/holds", wish.toString());
      switch (held.statusCode()) {
        case 201 -> {
          String token = Json.MAPPER.readTree(held.body()).path("token").asString("");
          HttpResponse<String> confirmed = post("/reservations/" + token + "/confirm", "");
          expect(200, 200, confirmed);
          booked.incrementAndGet();
        }
        // Taken, or the plan was changed or taken back since the search.
        case 409, 422 -> taken.incrementAndGet();
        default -> failed.incrementAndGet();
      }
    } catch (IOException e) {
      failed.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<String> availability(String plan, LocalDate from, LocalDate to)
      throws IOException, InterruptedException {
    return get("/plans/%s/availability?from=%s&to=%s".formatted(encode(plan), from, to));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** A plan that was just taken back is not there for customers. */
  private static void expect(int good, int alsoGood, HttpResponse<String> response)
      throws IOException {
    if (response.statusCode() != good && response.statusCode() != alsoGood) {
      throw new IOException("status " + response.statusCode() + ": " + response.body());
    }
  }

  private Place pick(RandomGenerator random) {
    return places.get(random.nextInt(places.size()));
  }

  private URI uri(String path) {
    return URI.create(address + "/calendar" + path);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
