package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.Attempt.Outcome;
import dev.ekiden.engine.store.AttemptRef;
import dev.ekiden.engine.store.ClaimTable;
import dev.ekiden.engine.store.ClaimTable.ClaimedJob;
import dev.ekiden.engine.store.ClaimTable.Order;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.SettleTable;
import dev.ekiden.engine.store.SettleTable.Settled;
import dev.ekiden.engine.store.SettleTable.Settlement;
import dev.ekiden.testkit.TestEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ends of every kind in one call: each gets what is its own. */
class SettleTest {
  private static final long WORKER = 7;

  /** What an array of texts could spoil. */
  private static final List<@Nullable String> RESULTS =
      Collections.unmodifiableList(
          Arrays.asList(
              null,
              "\"NULL\"",
              "null",
              "{\"quote\": \"a\\\"b\", \"braces\": [{}, []], \"comma\": \",\"}",
              "\"\\\\ 完了\"",
              "\"\""));

  record Work(int number) {}

  private record Stored(
      String state, int attempt, int failures, @Nullable String result, @Nullable String error) {}

  @RegisterExtension static final TestEngine jobs = TestEngine.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);
  private final Engine engine = jobs.engine(work);

  private List<ClaimedJob> claim(int max) {
    DefinitionTable.Row row =
        jobs.database().withHandle(handle -> DefinitionTable.find(handle, "work")).orElseThrow();
    return jobs.database()
        .inTransaction(handle ->
            ClaimTable.claimPlain(
                handle, new Order(WORKER, row.queueId(), List.of(row.id()), max, 0)))
        .jobs();
  }

  private static Settlement end(ClaimedJob job, int number) {
    String result = RESULTS.get(number % RESULTS.size());
    String error = number % 3 == 0 ? "error, \"of\" {" + number + "}" : null;
    Outcome outcome =
        switch (number % 5) {
          case 0 -> Outcome.FAILED;
          case 1 -> Outcome.RETRIED;
          case 2 -> Outcome.CANCELED;
          default -> Outcome.SUCCEEDED;
        };
    return new Settlement(
        job.ref(), outcome, false, 0, number % 7 == 0 ? null : 10L, result, "type", error);
  }

  @Test
  void endsOfEveryKindInOneCallGetEachItsOwn() {
    int size = 300;
    engine.enqueue(
        IntStream.range(0, size).mapToObj(number -> work.request(new Work(number))).toList());
    List<ClaimedJob> claimed = claim(size);
    assertThat(claimed).hasSize(size);
    List<Settlement> ends = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ends.add(end(claimed.get(i), i));
    }
    List<Settlement> mine = List.copyOf(ends);
    for (int i = 0; i < size; i += 10) {
      AttemptRef ref = claimed.get(i).ref();
      // Of others: an attempt that was, one that is to come, another worker's, and of no job.
      ends.add(succeeded(new AttemptRef(ref.jobId(), ref.attempt() - 1, WORKER)));
      ends.add(succeeded(new AttemptRef(ref.jobId(), ref.attempt() + 1, WORKER)));
      ends.add(succeeded(new AttemptRef(ref.jobId(), ref.attempt(), WORKER + 1)));
      ends.add(succeeded(new AttemptRef(Long.MAX_VALUE - i, 1, WORKER)));
    }
    Collections.shuffle(ends, new Random(1));
    List<Settled> settled =
        jobs.database().inTransaction(handle -> SettleTable.settle(handle, ends));
    assertThat(settled)
        .extracting(Settled::ref)
        .containsExactlyInAnyOrderElementsOf(mine.stream().map(Settlement::ref).toList());
    for (Settlement end : mine) {
      if (end.outcome() == Outcome.RETRIED) {
        assertThat(engine.jobs().get(end.ref().jobId()))
            .returns(JobState.READY, Job::state)
            .returns(1, Job::failures);
        continue;
      }
      assertThat(stored(end.ref().jobId()))
          .isEqualTo(
              new Stored(
                  end.outcome().name(),
                  end.ref().attempt(),
                  end.outcome() == Outcome.FAILED ? 1 : 0,
                  end.result(),
                  end.error()));
    }
    assertThat(
            settled.stream()
                .allMatch(one ->
                    mine.stream()
                        .anyMatch(
                            end -> end.ref().equals(one.ref()) && end.outcome() == one.outcome())))
        .isTrue();
  }

  private static Settlement succeeded(AttemptRef ref) {
    return new Settlement(ref, Outcome.SUCCEEDED, false, 0, 10L, "\"not mine\"", null, null);
  }

  private static Stored stored(long id) {
    return jobs.database()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT CAST(state AS text) AS state, attempt, failures,
                           CAST(result AS text) AS result, error
                    FROM ekiden.finished
                    WHERE id = :id
                    """)
                .bind("id", id)
                .map((row, context) ->
                    new Stored(
                        row.getString("state"),
                        row.getInt("attempt"),
                        row.getInt("failures"),
                        row.getString("result"),
                        row.getString("error")))
                .one());
  }
}
