package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Searches find exactly the jobs that meet a filter, newest first, in however many steps. */
class JobSearchTest {
  record Work(boolean fails) {}

  private static final int FILTERS = 150;
  private static final long SEED = Long.getLong("search.seed", 20_261_121L);
  private static final String[] QUEUES = {"north", "south", "empty"};
  private static final String[] DEFINITIONS = {"plain", "other", "far", "unused"};

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final Engine engine =
      jobs.engine(
          definition("plain", "north"),
          definition("other", "north"),
          definition("far", "south"),
          definition("unused", "empty"));
  private final Random random = new Random(SEED);
  private final List<Instant> times = new ArrayList<>();
  private final List<Long> arrays = new ArrayList<>();

  private static JobDefinition<Work> definition(String name, String queue) {
    return JobDefinition.named(name, Work.class)
        .queue(queue)
        .retry(RetryPolicy.NEVER)
        .handler((work, context) -> {
          if (work.fails()) {
            throw new IllegalStateException("fails");
          }
          return null;
        });
  }

  /** Jobs of all states, some of them while the clock is a day ahead. */
  private void fill() {
    for (int round = 0; round < 6; round++) {
      times.add(engine.clock().now());
      List<JobRequest> requests = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        requests.add(request());
      }
      engine.enqueue(requests);
      arrays.add(
          engine.enqueueArray(ArrayRequest.of(JobRequest.of("far", new Work(false)), 3)).id());
      if (round < 4) {
        engine.runDue();
      }
      List<Job> some = engine.jobs().list(JobFilter.ALL, null, 5).items();
      some.stream()
          .filter(job -> !job.state().isEnded())
          .limit(2)
          .forEach(job -> engine.jobs().cancel(job.id()));
      switch (round) {
        case 1 -> engine.clock().advance(Duration.ofDays(1));
        case 3 -> engine.clock().advance(Duration.ofDays(-2));
        default -> engine.clock().advance(Duration.ofMinutes(5));
      }
    }
    times.add(engine.clock().now());
    engine.limits().put(Limit.running(new Limit.Scope.Definition("other"), 1));
  }

  private JobRequest request() {
    JobRequest request =
        JobRequest.of(DEFINITIONS[random.nextInt(3)], new Work(random.nextInt(4) == 0));
    if (random.nextInt(3) == 0) {
      request = request.withGroup("group-" + random.nextInt(3));
    }
    if (random.nextInt(4) == 0) {
      request = request.withKey(Key.serial("key-" + random.nextInt(3)));
    }
    return random.nextInt(4) == 0 ? request.withDelay(Duration.ofDays(3)) : request;
  }

  private JobFilter filter() {
    Set<JobState> states = EnumSet.noneOf(JobState.class);
    if (random.nextBoolean()) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        states.add(JobState.values()[random.nextInt(JobState.values().length)]);
      }
    }
    Instant from = maybe(times);
    Instant before = maybe(times);
    boolean ordered = from == null || before == null || from.isBefore(before);
    return new JobFilter(
        states,
        maybe(List.of(QUEUES)),
        maybe(List.of(DEFINITIONS)),
        random.nextInt(4) == 0 ? "key-" + random.nextInt(3) : null,
        random.nextInt(4) == 0 ? "group-" + random.nextInt(3) : null,
        from,
        ordered ? before : null,
        random.nextInt(6) == 0 ? Long.valueOf(1 + random.nextInt(100)) : null,
        random.nextInt(6) == 0 ? Long.valueOf(100 + random.nextInt(200)) : null,
        random.nextInt(8) == 0 ? arrays.get(random.nextInt(arrays.size())) : null);
  }

  private <T> @Nullable T maybe(List<T> values) {
    return random.nextInt(3) == 0 ? values.get(random.nextInt(values.size())) : null;
  }

  private static Predicate<Job> meets(JobFilter filter) {
    return job ->
        (filter.states().isEmpty() || filter.states().contains(job.state()))
            && isOrAny(filter.queue(), job.queue())
            && isOrAny(filter.definition(), job.definition())
            && isOrAny(filter.key(), job.key())
            && isOrAny(filter.group(), job.group())
            && isOrAny(filter.parent(), job.parent())
            && (filter.createdFrom() == null || !job.createdAt().isBefore(filter.createdFrom()))
            && (filter.createdBefore() == null || job.createdAt().isBefore(filter.createdBefore()))
            && (filter.fromId() == null || job.id() >= filter.fromId())
            && (filter.toId() == null || job.id() <= filter.toId());
  }

  private static boolean isOrAny(@Nullable Object wanted, @Nullable Object value) {
    return wanted == null || wanted.equals(value);
  }

  private static List<Long> ids(List<Job> some) {
    return some.stream().map(Job::id).toList();
  }

  @Test
  void everyFilterFindsWhatACompleteLookFinds() {
    fill();
    List<Job> all = new ArrayList<>();
    for (long id = 1; id < 400; id++) {
      engine.jobs().find(id).ifPresent(all::add);
    }
    all.sort(Comparator.comparing(Job::id).reversed());
    assertThat(all.stream().map(Job::state))
        .containsAll(EnumSet.complementOf(EnumSet.of(JobState.RUNNING)));
    for (int i = 0; i < FILTERS; i++) {
      JobFilter filter = filter();
      List<Long> expected = ids(all.stream().filter(meets(filter)).toList());
      Page<Job> whole = engine.jobs().list(filter, null, Jobs.MAX_PAGE);
      assertThat(ids(whole.items())).as("%s", filter).isEqualTo(expected);
      assertThat(whole.next()).isNull();
      assertThat(inSteps(filter, 7, JobSearch.FIRST_WIDTH, Jobs.SEARCH_TIME))
          .as("%s by pages", filter)
          .isEqualTo(expected);
      assertThat(inSteps(filter, 7, 20, Duration.ZERO))
          .as("%s by pages that have no time", filter)
          .isEqualTo(expected);
    }
  }

  private List<Long> inSteps(JobFilter filter, int limit, long width, Duration time) {
    JobSearch search = new JobSearch(jobs.database(), time, width);
    List<Long> found = new ArrayList<>();
    long before = Long.MAX_VALUE;
    while (true) {
      Page<Job> page = search.page(filter, before, limit);
      found.addAll(ids(page.items()));
      if (page.next() == null) {
        assertThat(page.searchedBackTo()).isNull();
        return found;
      }
      // A page that is not full says why.
      assertThat(page.searchedBackTo() == null).isEqualTo(page.items().size() == limit);
      assertThat(Long.parseLong(page.next())).isLessThan(before);
      before = Long.parseLong(page.next());
    }
  }
}
