package dev.ekiden.fleet.command;

import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.RawJson;
import dev.ekiden.fleet.Times;
import dev.ekiden.fleet.command.EndRule.On;
import dev.ekiden.launch.Ending;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What the end of a program means to its job. */
final class TaskEnd {
  /** After so many tasks of a job that were lost without a trace, it is FAILED. */
  static final int MAX_LOST = 3;

  static final String LOST = "task-lost";
  static final String RECLAIMED = "reclaimed";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final Map<Integer, String> SIGNALS =
      Map.of(
          1, "HUP", 2, "INT", 3, "QUIT", 4, "ILL", 6, "ABRT", 7, "BUS", 8, "FPE", 9, "KILL", 11,
          "SEGV", 15, "TERM");

  private TaskEnd() {}

  /** The program did not end as its job needs it. */
  private record Bad(On on, int code, String message) {}

  /**
   * Whether the program succeeded.
   *
   * @throws JobFailure if not, saying what comes next
   */
  static void check(
      CommandDefinition definition,
      Ending ending,
      boolean timedOut,
      String lastWords,
      int lostBefore) {
    switch (ending) {
      case Ending.Lost(String reason) -> throw lost(reason, lostBefore);
      case Ending.Reclaimed() ->
          throw JobFailure.of("its machine was taken away").withType(RECLAIMED).uncounted();
      case Ending.Exited(int code) when !timedOut && definition.isSuccess(code) -> {
        return;
      }
      case Ending.Exited exited -> {}
      case Ending.Signaled signaled -> {}
      case Ending.OutOfMemory outOfMemory -> {}
      case Ending.CouldNotStart couldNotStart -> {}
    }
    Bad bad = timedOut ? timedOut(definition) : bad(definition, ending);
    String said =
        bad.on() == On.COULD_NOT_START || lastWords.isEmpty() ? "" : "; it said: " + lastWords;
    throw failure(definition, new Bad(bad.on(), bad.code(), bad.message() + said));
  }

  /** A program that never ran. */
  static JobFailure couldNotStart(CommandDefinition definition, String reason) {
    return failure(
        definition, new Bad(On.COULD_NOT_START, 0, "it could not be started: " + reason));
  }

  /** The program's task is gone, and nobody knows how it ended. */
  static JobFailure lost(String reason, int lostBefore) {
    return lostBefore + 1 >= MAX_LOST
        ? JobFailure.permanent(
                "%d tasks of it were lost without a trace, the last one: %s"
                    .formatted(lostBefore + 1, reason))
            .withType(LOST)
        : JobFailure.of("its task is lost: " + reason).withType(LOST).uncounted();
  }

  /**
   * The job's result from the result file.
   *
   * @throws JobFailure if it is not what the definition wants
   */
  static @Nullable Object result(CommandDefinition definition, Optional<byte[]> file) {
    if (file.isEmpty()) {
      return null;
    }
    byte[] bytes = file.get();
    if (bytes.length > definition.resultLimit()) {
      throw wrongResult(
          definition,
          "has %,d bytes; the definition allows %,d"
              .formatted(bytes.length, definition.resultLimit()));
    }
    String text = text(bytes);
    return switch (definition.resultFormat()) {
      case BYTES -> bytes(bytes);
      case TEXT -> {
        if (text == null) {
          throw wrongResult(definition, "is not UTF-8 text");
        }
        yield text;
      }
      case JSON -> {
        if (text == null || !isJson(text)) {
          throw wrongResult(definition, "is not JSON");
        }
        yield new RawJson(text);
      }
      case AUTO -> text == null ? bytes(bytes) : isJson(text) ? new RawJson(text) : text;
    };
  }

  /** A result file that its launcher refuses to read. */
  static JobFailure wrongResult(CommandDefinition definition, String what) {
    return failure(definition, new Bad(On.RESULT, 0, "the result file " + what));
  }

  private static Map<String, String> bytes(byte[] bytes) {
    return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
  }

  private static @Nullable String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.indexOf('\0') < 0 ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isJson(String text) {
    try {
      return !MAPPER.readTree(text).isMissingNode() && !text.contains("\\u0000");
    } catch (JacksonException e) {
      return false;
    }
  }

  private static Bad timedOut(CommandDefinition definition) {
    return new Bad(
        On.TIMEOUT,
        0,
        "it ran longer than its timeout of "
            + definition.timeout().map(Times::format).orElse("none"));
  }

  private static Bad bad(CommandDefinition definition, Ending ending) {
    return switch (ending) {
      case Ending.Exited(int code) ->
          new Bad(On.EXIT_CODE, code, "it ended with exit code " + code);
      case Ending.Signaled(int signal) ->
          new Bad(
              On.SIGNAL,
              signal,
              "signal %d (%s) ended it".formatted(signal, SIGNALS.getOrDefault(signal, "unnamed")));
      case Ending.OutOfMemory() ->
          new Bad(
              On.OUT_OF_MEMORY,
              0,
              "it wanted more memory than the %,d MiB it may have"
                  .formatted(definition.resources().memoryMib()));
      case Ending.CouldNotStart(String reason) ->
          new Bad(On.COULD_NOT_START, 0, "it could not be started: " + reason);
      case Ending.Reclaimed() -> throw new IllegalStateException("dealt with");
      case Ending.Lost(String reason) -> throw new IllegalStateException("dealt with");
    };
  }

  private static JobFailure failure(CommandDefinition definition, Bad bad) {
    String type = bad.on().written();
    for (EndRule rule : definition.rules()) {
      if (rule.matches(bad.on(), bad.code())) {
        JobFailure failure =
            rule.action() == EndRule.Action.FAIL
                ? JobFailure.permanent(bad.message())
                : rule.after()
                    .map(after -> JobFailure.retryAfter(after, bad.message()))
                    .orElseGet(() -> JobFailure.of(bad.message()));
        failure = failure.withType(type);
        return rule.counted() ? failure : failure.uncounted();
      }
    }
    return JobFailure.of(bad.message()).withType(type);
  }

  /** An end in a few words, as it is kept with the task. */
  static String words(Ending ending) {
    return switch (ending) {
      case Ending.Exited(int code) -> "exit code " + code;
      case Ending.Signaled(int signal) ->
          "signal %d (%s)".formatted(signal, SIGNALS.getOrDefault(signal, "unnamed"));
      case Ending.OutOfMemory() -> "out of memory";
      case Ending.CouldNotStart(String reason) -> "could not start: " + reason;
      case Ending.Reclaimed() -> "reclaimed";
      case Ending.Lost(String reason) -> "lost: " + reason;
    };
  }
}
