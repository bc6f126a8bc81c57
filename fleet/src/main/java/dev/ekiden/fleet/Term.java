package dev.ekiden.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * A part of the reason of a decision, with its figures: {@link Sentence} tells them in English,
 * whoever shows them in their language. As JSON it is an object whose {@code code} says which term
 * it is.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "code", defaultImpl = Term.Unknown.class)
@JsonSubTypes({
  @JsonSubTypes.Type(name = "policy", value = Term.Policy.class),
  @JsonSubTypes.Type(name = "held", value = Term.Held.class),
  @JsonSubTypes.Type(name = "fixed", value = Term.Fixed.class),
  @JsonSubTypes.Type(name = "step", value = Term.Step.class),
  @JsonSubTypes.Type(name = "needed", value = Term.Needed.class),
  @JsonSubTypes.Type(name = "steady", value = Term.Steady.class),
  @JsonSubTypes.Type(name = "burst", value = Term.Burst.class),
  @JsonSubTypes.Type(name = "at-most", value = Term.AtMost.class),
  @JsonSubTypes.Type(name = "at-least", value = Term.AtLeast.class),
  @JsonSubTypes.Type(name = "present", value = Term.Present.class),
  @JsonSubTypes.Type(name = "start", value = Term.Start.class),
  @JsonSubTypes.Type(name = "start-none", value = Term.StartNone.class),
  @JsonSubTypes.Type(name = "empty", value = Term.Empty.class),
  @JsonSubTypes.Type(name = "rests", value = Term.Rests.class),
  @JsonSubTypes.Type(name = "stop", value = Term.Stop.class),
  @JsonSubTypes.Type(name = "none-idle", value = Term.NoneIdle.class),
  @JsonSubTypes.Type(name = "surplus", value = Term.Surplus.class),
  @JsonSubTypes.Type(name = "enough", value = Term.Enough.class),
  @JsonSubTypes.Type(name = "unknown", value = Term.Unknown.class)
})
public sealed interface Term {
  /** By which policy, in the words of its settings. */
  record Policy(String kind, String text) implements Term {}

  /** Jobs that limits hold back. */
  record Held(long jobs) implements Term {}

  /** A fixed number is asked for. */
  record Fixed(int workers) implements Term {}

  /** A step of a table asks for workers: from so many waiting jobs on, and so many wait. */
  record Step(int workers, long from, long waiting) implements Term {}

  /** So many workers are asked for by the term that follows. */
  record Needed(int workers) implements Term {}

  /** What the arrivals need in the long run. */
  record Steady(int slots, double arrivalsPerSecond, double meanSeconds, double load)
      implements Term {}

  /**
   * What the waiting jobs need to start in time.
   *
   * @param late a worker started now comes too late for the oldest
   */
  record Burst(int slots, double workSeconds, double slackSeconds, boolean late) implements Term {}

  /** More than the maximum was asked for. */
  record AtMost(int workers) implements Term {}

  /** Less than the minimum was asked for. */
  record AtLeast(int workers) implements Term {}

  /** Who is there. */
  record Present(int alive, int starting) implements Term {}

  /** Workers of a class start. */
  record Start(int workers, @JsonProperty("class") String capacityClass, @Nullable String insteadOf)
      implements Term {}

  /** None of those that are missing can start. */
  record StartNone() implements Term {}

  /** Places that nobody takes. */
  record Empty(int places) implements Term {}

  /** A class that could not place rests for so long. */
  record Rests(@JsonProperty("class") String capacityClass, double seconds, int failures)
      implements Term {}

  /** Idle workers of a class stop. */
  record Stop(int workers, @JsonProperty("class") String capacityClass) implements Term {}

  /** There are too many workers, and all of them work. */
  record NoneIdle() implements Term {}

  /** There have been too many workers for some seconds of those after which idle ones stop. */
  record Surplus(int workers, double seconds, double ofSeconds) implements Term {}

  /** There are as many workers as are needed. */
  record Enough() implements Term {}

  /** Stored by a later build. */
  record Unknown() implements Term {}
}
