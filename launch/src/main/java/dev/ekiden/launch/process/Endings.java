package dev.ekiden.launch.process;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.ResourceUse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;

/** Endings as the file of a task holds them. */
final class Endings {

  private Endings() {}

  static Properties facts(Ending ending, ResourceUse use) {
    Properties facts = new Properties();
    facts.setProperty("time", Instant.now().toString());
    switch (ending) {
      case Ending.Exited(int code) -> put(facts, "exited", Integer.toString(code));
      case Ending.Signaled(int signal) -> put(facts, "signaled", Integer.toString(signal));
      case Ending.OutOfMemory() -> put(facts, "out-of-memory", "");
      case Ending.CouldNotStart(String reason) -> put(facts, "could-not-start", reason);
      case Ending.Reclaimed() -> put(facts, "reclaimed", "");
      case Ending.Lost(String reason) -> put(facts, "lost", reason);
    }
    use.peakMemoryBytes()
        .ifPresent(bytes -> facts.setProperty("peak-memory-bytes", Long.toString(bytes)));
    use.cpuTime().ifPresent(time -> facts.setProperty("cpu-time", time.toString()));
    return facts;
  }

  static Ending ending(Properties facts) {
    String detail = facts.getProperty("detail", "");
    String kind = facts.getProperty("ending", "");
    return switch (kind) {
      case "exited" -> new Ending.Exited(Integer.parseInt(detail));
      case "signaled" -> new Ending.Signaled(Integer.parseInt(detail));
      case "out-of-memory" -> new Ending.OutOfMemory();
      case "could-not-start" -> new Ending.CouldNotStart(detail);
      case "reclaimed" -> new Ending.Reclaimed();
      case "lost" -> new Ending.Lost(detail);
      default -> throw new IllegalStateException("No task ends like this: " + kind);
    };
  }

  static Instant time(Properties facts) {
    return Instant.parse(facts.getProperty("time"));
  }

  static ResourceUse use(Properties facts) {
    String bytes = facts.getProperty("peak-memory-bytes");
    return new ResourceUse(
        bytes == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(bytes)),
        Optional.ofNullable(facts.getProperty("cpu-time")).map(Duration::parse));
  }

  private static void put(Properties facts, String ending, String detail) {
    facts.setProperty("ending", ending);
    facts.setProperty("detail", detail);
  }
}
