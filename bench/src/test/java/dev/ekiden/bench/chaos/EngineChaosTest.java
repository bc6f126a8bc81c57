package dev.ekiden.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code ./ekiden bench chaos engine} at a twentieth of its size, with short leases. */
class EngineChaosTest {
  private static final long SEED = Long.getLong("ekiden.chaos.seed", 22_939);
  private static final Duration FLOW = Duration.ofSeconds(6);
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final int WORKERS = 2;
  private static final Logger log = LoggerFactory.getLogger(EngineChaosTest.class);

  @TempDir private Path directory;

  @AfterEach
  void delete() {
    EmbeddedPostgres.delete(directory.resolve("postgres"));
  }

  @Test
  void everyRuleHoldsWhateverHappens() throws Exception {
    ChaosSize size =
        new ChaosSize(5_000, FLOW, LEASE, WORKERS, 16, 1, 40, 50, Duration.ofMillis(1_500));
    FaultPlan plan = FaultPlan.of(SEED, FLOW, WORKERS, LEASE, 1);
    ChaosResult result;
    try (ChaosRun run = new ChaosRun(size, plan, directory, log::info)) {
      result = run.run();
    }
    log.info("Chaos of seed {}: {}", SEED, result);
    assertThat(result.violations()).as("seed %d", SEED).isEmpty();
    assertThat(result.done()).hasSize(Fault.Kind.values().length);
    assertThat(result.accepted()).isGreaterThan(3_000);
    assertThat(result.recoveries()).isNotEmpty();
    assertThat(result.interrupts()).isNotEmpty();
  }
}
