package dev.ekiden.launch.process;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * That a task is to end.
 *
 * @param deadline when it is killed
 */
record StopRequest(Instant deadline) {

  private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();

  /** What was asked for, if anything. */
  static Optional<StopRequest> read(TaskDirectory task) {
    try {
      return StateFile.read(task.stop())
          .map(facts -> new StopRequest(Instant.parse(facts.getProperty("deadline"))));
    } catch (IOException e) {
      return Optional.empty(); // We look again soon.
    }
  }

  /** Asks, unless an earlier end was asked for. */
  static void write(TaskDirectory task, Duration grace) throws IOException {
    Instant deadline = Instant.now().plus(grace);
    Optional<StopRequest> before = read(task);
    if (before.isPresent() && !deadline.isBefore(before.get().deadline())) {
      return;
    }
    Properties facts = new Properties();
    facts.setProperty("deadline", deadline.toString());
    StateFile.write(task.stop(), facts);
  }

  long remainingNanos() {
    long millis = Duration.between(Instant.now(), deadline).toMillis();
    return TimeUnit.MILLISECONDS.toNanos(Math.min(millis, MAX_MILLIS));
  }
}
