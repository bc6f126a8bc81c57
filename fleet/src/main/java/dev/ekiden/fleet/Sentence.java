package dev.ekiden.fleet;

import dev.ekiden.fleet.Term.AtLeast;
import dev.ekiden.fleet.Term.AtMost;
import dev.ekiden.fleet.Term.Burst;
import dev.ekiden.fleet.Term.Empty;
import dev.ekiden.fleet.Term.Enough;
import dev.ekiden.fleet.Term.Fixed;
import dev.ekiden.fleet.Term.Held;
import dev.ekiden.fleet.Term.Needed;
import dev.ekiden.fleet.Term.NoneIdle;
import dev.ekiden.fleet.Term.Policy;
import dev.ekiden.fleet.Term.Present;
import dev.ekiden.fleet.Term.Rests;
import dev.ekiden.fleet.Term.Start;
import dev.ekiden.fleet.Term.StartNone;
import dev.ekiden.fleet.Term.Steady;
import dev.ekiden.fleet.Term.Step;
import dev.ekiden.fleet.Term.Stop;
import dev.ekiden.fleet.Term.Surplus;
import dev.ekiden.fleet.Term.Unknown;
import java.util.List;
import java.util.Locale;

/** Tells terms in one English sentence. */
public final class Sentence {
  private Sentence() {}

  /** The sentence that terms make in their order. */
  public static String of(List<Term> terms) {
    StringBuilder text = new StringBuilder();
    Term before = null;
    for (Term term : terms) {
      boolean goesOn = before != null && before.getClass().equals(term.getClass());
      text.append(text(term, goesOn));
      before = term;
    }
    return text.toString();
  }

  private static String text(Term term, boolean goesOn) {
    return switch (term) {
      case Policy(_, String text) -> text;
      case Held(long jobs) -> " (%s held back by limits)".formatted(plural(jobs, "job"));
      case Fixed(int workers) -> ": %s, a fixed number".formatted(plural(workers, "worker"));
      case Step(int workers, long from, long waiting) ->
          String.format(
              Locale.ROOT,
              ": %s from %s on, and %,d wait",
              plural(workers, "worker"),
              plural(from, "waiting job"),
              waiting);
      case Needed(int workers) -> ": %s for ".formatted(plural(workers, "worker"));
      case Steady(int slots, double arrivals, double mean, double load) ->
          "%s at %s arrivals/s of %s (load %s)"
              .formatted(
                  plural(slots, "steady slot"), number(arrivals), seconds(mean), number(load));
      case Burst(int slots, double work, double slack, boolean late) ->
          "%s for %s of waiting work in %s of slack%s"
              .formatted(
                  plural(slots, "slot"),
                  seconds(work),
                  seconds(slack),
                  late
                      ? " (a quarter of the goal: a worker started now comes too late for the"
                          + " oldest)"
                      : "");
      case AtMost(int workers) -> ", but at most " + workers;
      case AtLeast(int workers) -> ", but at least " + workers;
      case Present(int alive, int starting) ->
          "; %d alive, %d starting: ".formatted(alive, starting);
      case Start(int workers, String capacityClass, String insteadOf) ->
          "%s%d %s%s"
              .formatted(
                  goesOn ? " and " : "start ",
                  workers,
                  capacityClass,
                  insteadOf == null ? "" : " in place of " + insteadOf);
      case StartNone() -> "start none";
      case Empty(int places) -> ", %s empty".formatted(plural(places, "place"));
      case Rests(String capacityClass, double seconds, int failures) ->
          ", %s rests for %s after %s"
              .formatted(capacityClass, time(seconds), plural(failures, "failure"));
      case Stop(int workers, String capacityClass) ->
          "%s%d idle %s".formatted(goesOn ? " and " : "stop ", workers, capacityClass);
      case NoneIdle() -> "too many, but none is idle";
      case Surplus(int workers, double seconds, double of) ->
          "%d more than needed for %s of %s".formatted(workers, time(seconds), time(of));
      case Enough() -> "enough";
      case Unknown() -> "";
    };
  }

  private static String plural(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }

  private static String seconds(double value) {
    return number(value) + " s";
  }

  private static String time(double seconds) {
    return Times.format(Times.ofSeconds(seconds));
  }

  private static String number(double value) {
    String format = value == 0 || value >= 100 ? "%,.0f" : value >= 1 ? "%.1f" : "%.3g";
    return String.format(Locale.ROOT, format, value);
  }
}
