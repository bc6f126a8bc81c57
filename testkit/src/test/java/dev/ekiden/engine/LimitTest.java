package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.Claim;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GateMemory;
import dev.ekiden.engine.store.LimitTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits and fair sharing: how much a claim may take, and of whom. */
class LimitTest {
  record Work(int number) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).queue("q").handler((payload, context) -> null);
  private final JobDefinition<Work> heavy =
      JobDefinition.named("heavy", Work.class)
          .queue("q")
          .vcpus(2)
          .handler((payload, context) -> null);
  private Engine engine = jobs.engine(work, heavy);
  private List<Integer> definitions;
  private short queue;

  @BeforeEach
  void find() {
    List<DefinitionTable.Row> rows =
        jobs.database().withHandle(DefinitionTable::all).stream()
            .filter(row -> row.queue().equals("q"))
            .toList();
    definitions = rows.stream().map(DefinitionTable.Row::id).toList();
    queue = rows.getFirst().queueId();
  }

  private void enqueue(JobDefinition<Work> definition, String group, int count) {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JobRequest request = definition.request(new Work(i));
      requests.add(group == null ? request : request.withGroup(group));
    }
    engine.enqueue(requests);
  }

  private Claim claimAll(int max) {
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimGated(
                handle, new Order(1, queue, definitions, max, 1), new GateMemory()));
  }

  private List<ClaimedJob> claim(int max) {
    return claimAll(max).jobs();
  }

  private List<ClaimedJob> claimPlainly(int max) {
    return jobs.database()
        .inTransaction(
            handle -> ClaimTable.claimPlain(handle, new Order(1, queue, definitions, max, 1)))
        .jobs();
  }

  private void end(List<ClaimedJob> ended) {
    jobs.database()
        .useTransaction(handle ->
            SettleTable.settle(
                handle,
                ended.stream()
                    .map(job ->
                        new Settlement(
                            job.ref(), Outcome.SUCCEEDED, false, 0, 0L, null, null, null))
                    .toList()));
  }

  private Map<String, Long> byGroup(List<ClaimedJob> claimed) {
    return claimed.stream()
        .map(job -> engine.jobs().get(job.id()).group())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** When the pause has returned, nothing is claimed any more, however slow a claim is. */
  @Test
  void aPauseWaitsForClaimsUnderWay() throws Exception {
    enqueue(work, null, 1);
    CountDownLatch claimed = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> claim =
          threads.submit(() ->
              jobs.database()
                  .useTransaction(handle -> {
                    ClaimTable.claimPlain(handle, new Order(1, queue, definitions, 1, 1));
                    handle.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
                    claimed.countDown();
                    await(goOn);
                  }));
      claimed.await();
      Future<?> pause = threads.submit(() -> engine.queues().pause("q", null));
      CoalesceTest.awaitLockWait(jobs.database());
      assertThat(pause.isDone()).isFalse();
      goOn.countDown();
      claim.get();
      pause.get();
    }
  }

  @Test
  void aQueueRunsNoMoreThanItsLimit() {
    enqueue(work, null, 50);
    engine.limits().put(Limit.running(new Scope.Queue("q"), 7));
    assertThat(claimPlainly(50)).as("a claim that knows no limits").isEmpty();
    List<ClaimedJob> first = claim(50);
    assertThat(first).hasSize(7);
    assertThat(claim(50)).isEmpty();
    end(first.subList(0, 3));
    assertThat(claim(50)).hasSize(3);
    engine.limits().put(Limit.running(new Scope.Queue("q"), 0));
    end(first.subList(3, 7));
    assertThat(claim(50)).isEmpty();
    engine.limits().remove(new Scope.Queue("q"));
    assertThat(claim(50)).hasSize(40);
  }

  @Test
  void theSumOfVcpusIsLimited() {
    enqueue(heavy, null, 500);
    engine.limits().put(Limit.vcpus(new Scope.Queue("q"), 40));
    List<ClaimedJob> running = claim(500);
    assertThat(running).as("40 vCPUs at 2.0 each").hasSize(20);
    engine.limits().put(Limit.vcpus(new Scope.Queue("q"), 10));
    end(running.subList(0, 10));
    assertThat(claim(500)).as("10 run, 5 may").isEmpty();
    end(running.subList(10, 16));
    assertThat(claim(500)).hasSize(1);
  }

  @Test
  void aFullDefinitionDoesNotStandInTheWayOfOthers() {
    enqueue(heavy, null, 100);
    enqueue(work, null, 5);
    engine.limits().put(Limit.running(new Scope.Definition("heavy"), 2));
    List<ClaimedJob> first = claim(50);
    assertThat(first.stream().filter(job -> job.id() > 0)).isNotEmpty();
    List<ClaimedJob> all = new ArrayList<>(first);
    for (Claim more = claimAll(50); !more.jobs().isEmpty() || more.more(); more = claimAll(50)) {
      all.addAll(more.jobs());
    }
    assertThat(all).hasSize(7);
    assertThat(engine.queues().find("q").orElseThrow().blocked()).isEqualTo(98);
    end(all);
    assertThat(claim(50)).hasSize(2);
    engine.limits().remove(new Scope.Definition("heavy"));
    assertThat(claim(500)).hasSize(96);
  }

  @Test
  void eachGroupIsLimitedAndOneMayDiffer() {
    enqueue(work, "a", 10);
    enqueue(work, "b", 10);
    enqueue(work, "c", 10);
    engine.limits().put(Limit.running(new Scope.EachGroup(), 2));
    engine.limits().put(Limit.running(new Scope.OfGroup("c"), 5));
    assertThat(byGroup(claim(30)))
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", 2L, "b", 2L, "c", 5L));
    assertThat(claim(30)).isEmpty();
  }

  @Test
  void aGroupWithAHugeBacklogDoesNotDelayAnother() {
    enqueue(work, "huge", 1_000);
    enqueue(work, "small", 3);
    assertThat(byGroup(claim(10))).containsEntry("small", 3L).containsEntry("huge", 7L);
  }

  @Test
  void placesAreSharedByWeight() {
    enqueue(work, "one", 100);
    enqueue(work, "three", 100);
    engine.groups().weight("three", 3);
    assertThat(byGroup(claim(40))).containsEntry("one", 10L).containsEntry("three", 30L);
    assertThat(byGroup(claim(4))).as("one at a time too").containsEntry("three", 3L);
  }

  @Test
  void aHeldGroupStandsStillAndInNobodysWay() {
    enqueue(work, "held", 1_000);
    enqueue(work, "free", 2);
    engine.groups().hold("held", "moving house");
    assertThat(byGroup(claim(10))).containsExactlyEntriesOf(Map.of("free", 2L));
    assertThat(engine.groups().get("held").heldReason()).isEqualTo("moving house");
    engine.groups().release("held");
    assertThat(byGroup(claim(10))).containsExactlyEntriesOf(Map.of("held", 10L));
  }

  @Test
  void anAttemptOfAnOlderEpochEndsNothing() {
    enqueue(work, "g", 1);
    List<ClaimedJob> old = claim(1);
    assertThat(engine.groups().advanceEpoch("g")).isEqualTo(2);
    end(old);
    Job job = engine.jobs().get(old.getFirst().id());
    assertThat(job.state()).isEqualTo(JobState.READY);
    List<ClaimedJob> fresh = claim(1);
    end(old);
    assertThat(engine.jobs().get(job.id()).state()).as("still refused").isEqualTo(JobState.RUNNING);
    end(fresh);
    assertThat(engine.jobs().get(job.id()).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void noMoreStartThanTheRateAllowsInAnyPeriod() {
    enqueue(work, null, 100);
    engine.limits().put(Limit.rate(new Scope.Queue("q"), 10, Duration.ofMinutes(10)));
    assertThat(claim(4)).hasSize(4);
    engine.clock().advance(Duration.ofMinutes(5));
    Claim rest = claimAll(50);
    assertThat(rest.jobs()).hasSize(6);
    assertThat(claimAll(50).nextMicros()).isBetween(240_000_000L, 301_000_000L);
    engine.clock().advance(Duration.ofSeconds(302));
    assertThat(claim(50)).as("those of the first claim are out of the period").hasSize(4);
    assertThat(claim(50)).isEmpty();
  }

  @Test
  void startsThatNoRateCountsAnyMoreAreForgotten() {
    enqueue(work, null, 10);
    engine.limits().put(Limit.rate(new Scope.Queue("q"), 10, Duration.ofMinutes(10)));
    claim(4);
    jobs.database().useTransaction(LimitTable::expire);
    assertThat(startsKept()).as("they count").isEqualTo(1);
    engine.clock().advance(Duration.ofMinutes(11));
    jobs.database().useTransaction(LimitTable::expire);
    assertThat(startsKept()).isZero();
  }

  private static int startsKept() {
    return jobs.database()
        .withHandle(handle ->
            handle.createQuery("SELECT count(*) FROM ekiden.rate_use").mapTo(Integer.class).one());
  }

  /** Each group has its own starts, though one statement reads those of all. */
  @Test
  void eachGroupHasItsRate() {
    enqueue(work, "a", 10);
    enqueue(work, "b", 1);
    engine.limits().put(Limit.rate(new Scope.EachGroup(), 3, Duration.ofMinutes(1)));
    assertThat(byGroup(claim(20))).containsExactlyInAnyOrderEntriesOf(Map.of("a", 3L, "b", 1L));
    enqueue(work, "b", 5);
    assertThat(byGroup(claim(20))).containsExactlyEntriesOf(Map.of("b", 2L));
    assertThat(claimAll(20).nextMicros()).isBetween(50_000_000L, 60_100_000L);
  }

  @Test
  void theRateOfADefinitionLetsOthersPass() {
    enqueue(heavy, null, 20);
    enqueue(work, null, 3);
    engine.limits().put(Limit.rate(new Scope.Definition("heavy"), 5, Duration.ofMinutes(1)));
    List<ClaimedJob> all = new ArrayList<>();
    for (Claim more = claimAll(10); !more.jobs().isEmpty() || more.more(); more = claimAll(10)) {
      all.addAll(more.jobs());
    }
    assertThat(all).hasSize(8);
    assertThat(engine.queues().find("q").orElseThrow().scheduled()).isEqualTo(15);
  }

  @Test
  void eachKeyHasItsRate() {
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      requests.add(work.request(new Work(i)).withKey(Key.limit("a", 100)));
      requests.add(work.request(new Work(i)).withKey(Key.limit("b", 100)));
    }
    engine.enqueue(requests);
    engine.limits().put(Limit.rate(new Scope.EachKey("q"), 3, Duration.ofMinutes(1)));
    assertThat(claim(50)).extracting(ClaimedJob::key).hasSize(6).containsOnly("a", "b");
  }

  @Test
  void everythingTogetherIsLimitedOverAllQueues() {
    enqueue(work, null, 10);
    engine.limits().put(Limit.running(new Scope.Everything(), 3));
    assertThat(claimPlainly(10)).isEmpty();
    assertThat(claim(10)).hasSize(3);
    assertThat(engine.limits().list()).hasSize(1);
  }

  @Test
  void whatCannotBeALimitIsRefused() {
    assertThatThrownBy(() -> Limit.running(new Scope.Queue("q"), -1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("0 to 1000000, not -1");
    assertThatThrownBy(() -> Limit.running(new Scope.Queue("q"), Limit.MAX_RUNNING + 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Limit.vcpus(new Scope.Queue("q"), Double.NaN))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Limit.rate(new Scope.Queue("q"), 0, Duration.ofSeconds(1)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Limit.rate(new Scope.Queue("q"), 1, Duration.ofDays(2)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Limit.running(new Scope.EachKey("q"), 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> engine.limits().put(Limit.running(new Scope.Queue("nowhere"), 1)))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> engine.limits().remove(new Scope.Queue("q")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> engine.groups().weight("g", 0))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> work.request(new Work(1)).withGroup(""))
        .isInstanceOf(InvalidRequestException.class);
  }

  /** Several workers, groups and a definition limit: at no instant too many at once. */
  @Test
  void underManyWorkersNoLimitIsExceeded() throws Exception {
    int count = 2_000;
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Map<String, AtomicInteger> most = new ConcurrentHashMap<>();
    CountDownLatch done = new CountDownLatch(count);
    JobDefinition<Work> busy =
        JobDefinition.named("busy", Work.class)
            .handler((payload, context) -> {
              String group = "g" + payload.number() % 10;
              for (String counted : List.of(group, "all")) {
                int now =
                    running.computeIfAbsent(counted, key -> new AtomicInteger()).incrementAndGet();
                most.computeIfAbsent(counted, key -> new AtomicInteger())
                    .accumulateAndGet(now, Math::max);
              }
              for (String counted : List.of(group, "all")) {
                running.get(counted).decrementAndGet();
              }
              done.countDown();
              return null;
            });
    Engine many = jobs.engine(busy);
    many.start();
    many.limits().put(Limit.running(new Scope.EachGroup(), 2));
    many.limits().put(Limit.running(new Scope.Queue("busy"), 9));
    for (int i = 0; i < 3; i++) {
      many.worker(WorkerOptions.of("busy").withConcurrency(8)).start();
    }
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(busy.request(new Work(i)).withGroup("g" + i % 10));
    }
    many.enqueue(requests);
    assertThat(done.await(60, TimeUnit.SECONDS)).as("%d left", done.getCount()).isTrue();
    most.forEach((counted, jobsAtOnce) ->
        assertThat(jobsAtOnce.get())
            .as(counted)
            .isLessThanOrEqualTo(counted.equals("all") ? 9 : 2));
  }

  /** 40 vCPUs for jobs of 2.0: 20 at once, then fewer, as the limit is lowered while they run. */
  @Test
  void ofFiveHundredQueuedJobsNoMoreRunThanTheVcpusAllow() throws Exception {
    int count = 500;
    int full = 20;
    int lowered = 5;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger mostOnceLowered = new AtomicInteger();
    CountDownLatch allPlacesTaken = new CountDownLatch(full);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(count);
    AtomicInteger drained = new AtomicInteger();
    JobDefinition<Work> convert =
        JobDefinition.named("convert", Work.class)
            .vcpus(2)
            .handler((payload, context) -> {
              int now = running.incrementAndGet();
              most.accumulateAndGet(now, Math::max);
              // The first twenty were started under the old limit.
              if (drained.get() >= full) {
                mostOnceLowered.accumulateAndGet(now, Math::max);
              }
              allPlacesTaken.countDown();
              goOn.await();
              running.decrementAndGet();
              drained.incrementAndGet();
              done.countDown();
              return null;
            });
    Engine conversions = jobs.engine(convert);
    conversions.start();
    conversions.limits().put(Limit.vcpus(new Scope.Queue("convert"), 40));
    List<JobRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(convert.request(new Work(i)));
    }
    conversions.enqueue(requests);
    for (int i = 0; i < 3; i++) {
      conversions.worker(WorkerOptions.of("convert").withConcurrency(30)).start();
    }
    assertThat(allPlacesTaken.await(60, TimeUnit.SECONDS)).as("the limit is used").isTrue();
    conversions.limits().put(Limit.vcpus(new Scope.Queue("convert"), 2.0 * lowered));
    goOn.countDown();
    assertThat(done.await(60, TimeUnit.SECONDS)).as("%d left", done.getCount()).isTrue();
    assertThat(most).hasValue(full);
    assertThat(mostOnceLowered.get()).isBetween(1, lowered);
  }
}
