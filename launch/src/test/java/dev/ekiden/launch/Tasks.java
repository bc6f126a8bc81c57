package dev.ekiden.launch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What tests do with tasks. */
public final class Tasks {

  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Tasks() {}

  /** Waits until a task has ended. */
  public static TaskStatus awaitEnd(Launcher launcher, TaskId id) {
    awaitUntil(
        "task " + id + " has ended",
        () -> launcher.find(id).map(TaskStatus::hasEnded).orElse(true));
    return launcher.find(id).orElseThrow();
  }

  /** Looks again and again until something is so. */
  public static void awaitUntil(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Waited in vain until " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  /** Waits until the log has this text; gives the position behind. */
  public static LogPosition awaitOutput(Launcher launcher, TaskId id, String text) {
    return awaitOutput(launcher, id, LogPosition.START, text);
  }

  /** Waits until the log has this text behind a position. */
  public static LogPosition awaitOutput(
      Launcher launcher, TaskId id, LogPosition from, String text) {
    LogPosition[] position = {from};
    StringBuilder seen = new StringBuilder();
    awaitUntil(
        "task " + id + " has printed " + text,
        () -> {
          LogPage page = launcher.log(id, position[0], 10_000);
          position[0] = page.next();
          seen.append(text(page.lines()));
          return seen.toString().contains(text);
        });
    return position[0];
  }

  /** The whole log. */
  public static List<LogLine> log(Launcher launcher, TaskId id) {
    List<LogLine> lines = new ArrayList<>();
    LogPosition position = LogPosition.START;
    while (true) {
      LogPage page = launcher.log(id, position, 100_000);
      lines.addAll(page.lines());
      if (page.isEnd() || page.lines().isEmpty()) {
        return lines;
      }
      position = page.next();
    }
  }

  public static byte[] bytes(List<LogLine> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lines.forEach(line -> bytes.writeBytes(line.bytes()));
    return bytes.toByteArray();
  }

  public static String text(List<LogLine> lines) {
    return new String(bytes(lines), StandardCharsets.UTF_8);
  }
}
