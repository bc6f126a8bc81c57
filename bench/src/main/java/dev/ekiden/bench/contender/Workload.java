package dev.ekiden.bench.contender;

import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.JobRequest;
import java.time.Duration;

/** What the jobs of a drain are like. All of them do nothing. */
public enum Workload {
  /** No key, no limit, no failure. */
  PLAIN {
    @Override
    JobDefinition<Trivial> definition() {
      return named().handler((job, context) -> null);
    }
  },

  /** Each fails once, comes back at once, and then succeeds. */
  FAILING {
    @Override
    JobDefinition<Trivial> definition() {
      return named()
          .handler((job, context) -> {
            if (context.failures() == 0) {
              throw JobFailure.retryAfter(Duration.ZERO, "the first time it always fails");
            }
            return null;
          });
    }
  },

  /** Each takes 10 ms. */
  SLOW {
    @Override
    JobDefinition<Trivial> definition() {
      return named()
          .handler((job, context) -> {
            Thread.sleep(RUN_TIME);
            return null;
          });
    }
  };

  /** The payload. */
  public record Trivial(int id) {}

  /** How long a slow job takes. */
  public static final Duration RUN_TIME = Duration.ofMillis(10);

  /** Name of the definition and of its queue. */
  public static final String NAME = "trivial";

  abstract JobDefinition<Trivial> definition();

  /** The n-th job. */
  JobRequest request(JobDefinition<Trivial> definition, int number) {
    return definition.request(new Trivial(number));
  }

  private static JobDefinition.Builder<Trivial> named() {
    return JobDefinition.named(NAME, Trivial.class);
  }
}
