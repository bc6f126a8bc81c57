package dev.ekiden.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.engine.ArrayRequest;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadTest {
  private static final List<Long> ACCEPTED = LongStream.rangeClosed(1, 500).boxed().toList();

  private static Load load(long seed) {
    return new Load(seed, 20, InstantSource.fixed(Instant.EPOCH));
  }

  private static List<JobRequest> jobs(long seed) {
    Load load = load(seed);
    return IntStream.range(0, 5_000).mapToObj(i -> load.next(ACCEPTED)).toList();
  }

  private static List<ArrayRequest> arrays(long seed) {
    Load load = load(seed);
    return IntStream.range(0, 20).mapToObj(i -> load.nextArray()).toList();
  }

  @Test
  void theSameSeedBringsTheSameJobs() {
    assertThat(jobs(7)).isEqualTo(jobs(7)).isNotEqualTo(jobs(8));
    assertThat(arrays(7)).isEqualTo(arrays(7)).isNotEqualTo(arrays(8));
  }

  @Test
  void everyFeatureIsThere() {
    List<JobRequest> jobs = jobs(7);
    assertThat(jobs)
        .extracting(JobRequest::definition)
        .contains(
            "single", "batch", "few", "paced", "narrow", "heavy", "hanging", "effect", "steps");
    for (Class<? extends Key> kind :
        List.of(Key.Coalesce.class, Key.Unique.class, Key.Serial.class, Key.Limit.class)) {
      assertThat(jobs).anyMatch(job -> kind.isInstance(job.key()));
    }
    assertThat(jobs).anyMatch(job -> job.group() != null);
    assertThat(jobs).anyMatch(job -> job.dependencies() != null);
    assertThat(jobs).anyMatch(job -> job.startBefore() != null);
    assertThat(jobs).anyMatch(job -> job.priority() != null);
    assertThat(jobs).anyMatch(job -> job.start() instanceof JobRequest.Start.After);
  }
}
