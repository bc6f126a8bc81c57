package dev.ekiden.fleet.command;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What to do about one way in which a program did not succeed; the first rule that matches decides.
 *
 * @param on which way
 * @param codes the exit codes, or the numbers of signals, that it is for; empty: all
 * @param action what to do
 * @param after how long the job rests before it is tried again; empty: as the retry policy says
 * @param counted whether it counts as a failure
 */
public record EndRule(
    On on, List<CodeRange> codes, Action action, Optional<Duration> after, boolean counted) {

  /** Ways not to succeed; each is the error type of such an attempt. */
  public enum On {
    EXIT_CODE,
    SIGNAL,
    OUT_OF_MEMORY,
    TIMEOUT,
    COULD_NOT_START,
    /** The result file is too large, or not of the format that the definition wants. */
    RESULT;

    /** As in definitions and error types: {@code exit-code}. */
    public String written() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What to do. */
  public enum Action {
    RETRY,
    FAIL
  }

  public EndRule {
    codes = List.copyOf(codes);
    if (!codes.isEmpty() && on != On.EXIT_CODE && on != On.SIGNAL) {
      throw new IllegalArgumentException("only exit-code and signal have codes");
    }
    if (action == Action.FAIL && (after.isPresent() || !counted)) {
      throw new IllegalArgumentException("after and counted go with action: retry");
    }
  }

  boolean matches(On way, int code) {
    return on == way && (codes.isEmpty() || codes.stream().anyMatch(range -> range.has(code)));
  }
}
