package dev.ekiden.fleet.decide;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many tasks start. */
final class TaskPerJobTest {
  @ParameterizedTest
  @CsvSource({
    "3, 0, 0, 0, 0, 10, 3", // from nothing
    "6, 0, 0, 3, 3, 10, 3", // three more while three start: not three, six or ten
    "500, 0, 0, 0, 0, 20, 20", // the most
    "500, 0, 0, 5, 20, 20, 0",
    "0, 3, 1, 1, 2, 10, 1", // ahead
    "2, 3, 3, 0, 3, 10, 2",
    "0, 0, 2, 2, 4, 10, 0",
    "5, 0, 0, 0, 12, 10, 0" // the most was lowered
  })
  void whatIsOnItsWayIsSubtracted(
      long startable, int warm, int idle, int starting, int present, int max, int launches) {
    assertThat(TaskPerJob.launches(startable, warm, idle, starting, present, max))
        .isEqualTo(launches);
  }
}
