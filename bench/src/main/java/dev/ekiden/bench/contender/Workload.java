package dev.ekiden.bench.contender;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.JobDefinition;
import dev.ekiden.engine.JobFailure;
import dev.ekiden.engine.JobRequest;
import dev.ekiden.engine.Key;
import dev.ekiden.engine.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the jobs of a drain are like. All of them do nothing. */
public enum Workload {
  /** No key, no limit, no failure. */
  PLAIN("plain"),

  /** Each fails once, comes back at once, and then succeeds. */
  FAILING("each job fails once") {
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
  SLOW("10 ms each") {
    @Override
    JobDefinition<Trivial> definition() {
      return named()
          .handler((job, context) -> {
            Thread.sleep(RUN_TIME);
            return null;
          });
    }
  },

  /** Of a hundred groups, each of which may run ten at once. */
  GROUPS("100 groups limited to 10 at once") {
    @Override
    void prepare(Engine engine) {
      engine.limits().put(Limit.running(new Limit.Scope.EachGroup(), 10));
    }

    @Override
    JobRequest request(JobDefinition<Trivial> definition, int number) {
      return super.request(definition, number).withGroup("group-" + number % 100);
    }
  },

  /** Of a thousand SERIAL keys. */
  SERIAL_1000("1,000 SERIAL keys") {
    @Override
    JobRequest request(JobDefinition<Trivial> definition, int number) {
      return super.request(definition, number).withKey(Key.serial("key-" + number % 1_000));
    }
  },

  /** Of ten SERIAL keys. */
  SERIAL_10("10 SERIAL keys") {
    @Override
    JobRequest request(JobDefinition<Trivial> definition, int number) {
      return super.request(definition, number).withKey(Key.serial("key-" + number % 10));
    }
  },

  /** Behind many that may not run, which the worker has met during its warm-up. */
  BEHIND_BLOCKED("behind 100,000 blocked jobs") {
    @Override
    void prepare(Engine engine) {
      block(engine);
    }

    @Override
    List<JobRequest> beforeAll(JobDefinition<Trivial> definition) {
      return blocked(definition);
    }
  },

  /** Behind many that may not run, which the worker meets while the clock runs. */
  MEETING_BLOCKED("meeting 100,000 blocked jobs") {
    @Override
    void prepare(Engine engine) {
      block(engine);
    }

    @Override
    List<JobRequest> beforeMeasured(JobDefinition<Trivial> definition) {
      return blocked(definition);
    }
  };

  /** The payload. */
  public record Trivial(int id) {}

  /** How long a slow job takes. */
  public static final Duration RUN_TIME = Duration.ofMillis(10);

  /** Name of the definition and of its queue. */
  public static final String NAME = "trivial";

  private static final String BLOCKED_GROUP = "blocked";
  private static final int BLOCKED_JOBS = 100_000;

  private final String title;

  Workload(String title) {
    this.title = title;
  }

  /** For people. */
  public String title() {
    return title;
  }

  JobDefinition<Trivial> definition() {
    return named().handler((job, context) -> null);
  }

  /** Sets limits, before anything is enqueued. */
  void prepare(Engine engine) {}

  /** The n-th job. */
  JobRequest request(JobDefinition<Trivial> definition, int number) {
    return definition.request(new Trivial(number));
  }

  /** What is enqueued before the jobs of the warm-up. */
  List<JobRequest> beforeAll(JobDefinition<Trivial> definition) {
    return List.of();
  }

  /** What is enqueued before the jobs that are measured. */
  List<JobRequest> beforeMeasured(JobDefinition<Trivial> definition) {
    return List.of();
  }

  private static JobDefinition.Builder<Trivial> named() {
    return JobDefinition.named(NAME, Trivial.class);
  }

  private static void block(Engine engine) {
    engine.limits().put(Limit.running(new Limit.Scope.OfGroup(BLOCKED_GROUP), 0));
  }

  private static List<JobRequest> blocked(JobDefinition<Trivial> definition) {
    List<JobRequest> requests = new ArrayList<>(BLOCKED_JOBS);
    for (int number = 0; number < BLOCKED_JOBS; number++) {
      requests.add(definition.request(new Trivial(number)).withGroup(BLOCKED_GROUP));
    }
    return requests;
  }
}
