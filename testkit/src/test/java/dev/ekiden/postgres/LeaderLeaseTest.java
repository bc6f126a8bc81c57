package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class LeaderLeaseTest {

  @RegisterExtension static final TestDatabase test = TestDatabase.create();

  private static final Duration LONG = Duration.ofMinutes(10);

  private final Database database = test.database();
  private final LeaderLease one = lease("one");
  private final LeaderLease two = lease("two");

  @BeforeEach
  void forget() {
    database.useTransaction(handle -> handle.execute("TRUNCATE ekiden.leader_lease"));
  }

  @Test
  void hasOneHolderAtATime() {
    Leadership leadership = one.acquireOrRenew().orElseThrow();
    assertThat(leadership.name()).isEqualTo("work");
    assertThat(leadership.epoch()).isEqualTo(1);
    assertThat(two.acquireOrRenew()).isEmpty();
    assertThat(one.acquireOrRenew()).as("renewed").contains(leadership);
  }

  @Test
  void isFreeAfterRelease() {
    Leadership first = one.acquireOrRenew().orElseThrow();
    one.release();
    Leadership second = two.acquireOrRenew().orElseThrow();
    assertThat(second.epoch()).isEqualTo(2);
    assertThat(second.acquiredAt()).isAfter(first.acquiredAt());
    one.release();
    assertThat(two.acquireOrRenew()).as("released by its holder only").contains(second);
  }

  @Test
  void isTakenOverWhenItExpired() {
    one.acquireOrRenew();
    expire();
    assertThat(two.acquireOrRenew()).map(Leadership::epoch).contains(2L);
    assertThat(one.acquireOrRenew()).isEmpty();
  }

  @Test
  void beginsAnewWhenItsHolderComesTooLate() {
    Leadership first = one.acquireOrRenew().orElseThrow();
    expire();
    Leadership second = one.acquireOrRenew().orElseThrow();
    assertThat(second.epoch()).isEqualTo(2);
    assertThat(second.acquiredAt()).isAfter(first.acquiredAt());
    assertLost(one, first, "one took over in epoch 2");
  }

  @Test
  void lastsAsLongAsItSays() {
    LeaderLease brief = LeaderLease.of(database, "brief", LeaderLease.MINIMUM_LEASE, "one");
    Leadership leadership = brief.acquireOrRenew().orElseThrow();
    LeaderLease other = LeaderLease.of(database, "brief", LONG, "two");
    Optional<Leadership> next = other.acquireOrRenew();
    while (next.isEmpty()) {
      next = other.acquireOrRenew();
    }
    assertThat(Duration.between(leadership.acquiredAt(), next.get().acquiredAt()))
        .isGreaterThanOrEqualTo(LeaderLease.MINIMUM_LEASE);
  }

  @Test
  void namesAreIndependent() {
    one.acquireOrRenew();
    assertThat(LeaderLease.of(database, "other", LONG, "two").acquireOrRenew()).isPresent();
  }

  @Test
  void allowsTheWorkOfItsHolder() {
    Leadership leadership = one.acquireOrRenew().orElseThrow();
    database.useTransaction(handle -> {
      one.assertHeld(handle, leadership);
      assertThat(
              handle
                  .createQuery("SELECT current_setting('idle_in_transaction_session_timeout')")
                  .mapTo(String.class)
                  .one())
          .as("a stopped leader does not lead for ever")
          .isEqualTo("2s");
    });
  }

  @Test
  void refusesTheWorkOfAStaleLeaderAfterTheTakeover() {
    Leadership stale = one.acquireOrRenew().orElseThrow();
    expire();
    two.acquireOrRenew();
    assertLost(one, stale, "two took over in epoch 2");
  }

  @Test
  void refusesTheWorkOfAStaleLeaderBeforeTheTakeover() {
    Leadership stale = one.acquireOrRenew().orElseThrow();
    expire();
    assertLost(one, stale, "not renewed in time");
  }

  @Test
  void refusesWorkWhenTheTakeoverCommitsWhileItAsks() throws Exception {
    Leadership stale = one.acquireOrRenew().orElseThrow();
    CompletableFuture<Void> work;
    try (Connection takeover = database.dataSource().getConnection();
        Statement statement = takeover.createStatement()) {
      takeover.setAutoCommit(false);
      statement.execute("UPDATE ekiden.leader_lease SET epoch = epoch + 1, holder = 'two'");
      work =
          CompletableFuture.runAsync(
              () -> database.useTransaction(handle -> one.assertHeld(handle, stale)));
      awaitLockWait();
      takeover.commit();
      takeover.setAutoCommit(true);
    }
    assertThatThrownBy(work::join).hasCauseInstanceOf(LeadershipLostException.class);
  }

  @Test
  void isNotTakenOverWhileFencedWorkIsOpen() throws Exception {
    Leadership leadership = one.acquireOrRenew().orElseThrow();
    try (Connection work = database.dataSource().getConnection()) {
      work.setAutoCommit(false);
      database.joined(
          work,
          handle -> {
            one.assertHeld(handle, leadership);
            // Else PostgreSQL ends it after 2 s, which a busy machine may take for the rest.
            return handle.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
          });
      assertThat(one.acquireOrRenew()).as("renewed beside the work").contains(leadership);
      expireInAnotherSession();
      assertThat(two.acquireOrRenew()).isEmpty();
      assertThat(one.acquireOrRenew()).as("too late to renew, too early to begin").isEmpty();
      work.commit();
      work.setAutoCommit(true);
    }
    assertThat(two.acquireOrRenew()).map(Leadership::epoch).contains(2L);
  }

  @Test
  void doesNotWaitForAnotherThatIsTakingOver() throws Exception {
    one.acquireOrRenew();
    expire();
    try (Connection takeover = database.dataSource().getConnection();
        Statement statement = takeover.createStatement()) {
      takeover.setAutoCommit(false);
      statement.execute(
          """
          UPDATE ekiden.leader_lease
          SET epoch = epoch + 1, token = 'other', expires_at = 'infinity'
          """);
      assertThat(two.acquireOrRenew()).isEmpty();
      takeover.commit();
      takeover.setAutoCommit(true);
    }
    assertThat(two.acquireOrRenew()).isEmpty();
  }

  @Test
  void neverGivesOneEpochToTwo() throws Exception {
    Set<String> leaderships = ConcurrentHashMap.newKeySet();
    int candidates = 4;
    int rounds = 100;
    try (ExecutorService threads = Executors.newFixedThreadPool(candidates)) {
      List<Future<?>> running = new ArrayList<>();
      for (int candidate = 0; candidate < candidates; candidate++) {
        String holder = "holder " + candidate;
        running.add(threads.submit(() -> race(lease(holder), holder, rounds, leaderships)));
      }
      for (Future<?> candidate : running) {
        candidate.get();
      }
    }
    Set<String> epochs = new HashSet<>();
    for (String leadership : leaderships) {
      String epoch = leadership.substring(0, leadership.indexOf(' '));
      assertThat(epochs.add(epoch)).as("epoch of %s is given once", leadership).isTrue();
    }
    assertThat(epochs).isNotEmpty();
  }

  private void race(LeaderLease lease, String holder, int rounds, Set<String> leaderships) {
    for (int round = 0; round < rounds; round++) {
      lease
          .acquireOrRenew()
          .ifPresent(leadership -> leaderships.add(leadership.epoch() + " " + holder));
      expire();
    }
  }

  @Test
  void refusesTheLeadershipOfAnotherName() {
    Leadership other =
        LeaderLease.of(database, "other", LONG, "one").acquireOrRenew().orElseThrow();
    database.useTransaction(handle ->
        assertThatIllegalArgumentException()
            .isThrownBy(() -> one.assertHeld(handle, other))
            .withMessage("This is the lease of work, not of other"));
  }

  @Test
  void refusesWhatNobodyEverHeld() {
    Leadership invented = one.acquireOrRenew().orElseThrow();
    forget();
    assertLost(one, invented, "its row is gone");
  }

  @Test
  void refusesALeaseThatIsTooShort() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LeaderLease.of(database, "work", Duration.ofMillis(99), "one"))
        .withMessage("The lease of work must be at least PT0.1S but is PT0.099S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LeaderLease.of(database, " ", LONG, "one"));
  }

  private LeaderLease lease(String holder) {
    return LeaderLease.of(database, "work", LONG, holder);
  }

  private void assertLost(LeaderLease lease, Leadership leadership, String reason) {
    assertThatExceptionOfType(LeadershipLostException.class)
        .isThrownBy(() -> database.useTransaction(handle -> lease.assertHeld(handle, leadership)))
        .withMessageContaining(reason)
        .satisfies(lost -> {
          assertThat(lost.name()).isEqualTo("work");
          assertThat(lost.epoch()).isEqualTo(leadership.epoch());
        });
  }

  private void expire() {
    database.useTransaction(handle ->
        handle.execute(
            "UPDATE ekiden.leader_lease SET expires_at = clock_timestamp() WHERE name = 'work'"));
  }

  private void expireInAnotherSession() {
    CompletableFuture.runAsync(this::expire).join();
  }

  private void awaitLockWait() {
    String waiting =
        """
        SELECT EXISTS (
          SELECT FROM pg_stat_activity
          WHERE datname = current_database()
            AND wait_event_type = 'Lock'
        )
        """;
    while (!database.<Boolean>withHandle(
        handle -> handle.createQuery(waiting).mapTo(boolean.class).one())) {
      Thread.onSpinWait();
    }
  }
}
