package dev.ekiden.engine;

import dev.ekiden.engine.Limit.Rate;
import dev.ekiden.engine.Limit.Scope;
import dev.ekiden.engine.store.DefinitionTable;
import dev.ekiden.engine.store.GroupTable;
import dev.ekiden.engine.store.LimitTable;
import dev.ekiden.engine.store.LimitTable.Rule;
import dev.ekiden.engine.store.LimitTable.Subject;
import dev.ekiden.engine.store.QueueTable;
import dev.ekiden.postgres.Database;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Limits that hold over all workers. They can be changed while jobs run: what runs beyond a new
 * limit runs on, and nothing more starts until there is room. Got from {@link Engine#limits};
 * thread-safe.
 */
public final class Limits {
  private final Engine engine;
  private final Database database;

  Limits(Engine engine, Database database) {
    this.engine = engine;
    this.database = database;
  }

  /** All limits. */
  public List<Limit> list() {
    return database.withHandle(LimitTable::list).stream().map(Limits::limit).toList();
  }

  /** The limit of a scope, if it has one. */
  public Optional<Limit> find(Scope scope) {
    return database.withHandle(
        handle -> LimitTable.find(handle, subject(handle, scope)).map(Limits::limit));
  }

  /**
   * Sets the limit of a scope, in place of any it has. When this returns, no worker claims beyond
   * it.
   *
   * @throws NotFoundException when there is no such queue or definition
   */
  public void put(Limit limit) {
    database.useTransaction(handle -> {
      if (limit.scope() instanceof Scope.OfGroup scope) {
        GroupTable.insert(handle, Group.id(scope.group()), scope.group());
      }
      LimitTable.put(handle, rule(subject(handle, limit.scope()), limit));
    });
    engine.wakeUps().jobsReady(List.of(WakeUps.EVERY_QUEUE));
  }

  /**
   * Removes the limit of a scope.
   *
   * @throws NotFoundException when it has none
   */
  public void remove(Scope scope) {
    boolean removed =
        database.inTransaction(handle -> LimitTable.remove(handle, subject(handle, scope)));
    if (!removed) {
      throw new NotFoundException(ErrorCode.UNKNOWN_LIMIT, "there is no limit of " + scope);
    }
    engine.wakeUps().jobsReady(List.of(WakeUps.EVERY_QUEUE));
  }

  static int thousandths(double vcpus) {
    return Math.toIntExact(Math.round(vcpus * 1_000));
  }

  private Subject subject(Handle handle, Scope scope) {
    return switch (scope) {
      case Scope.Everything everything -> new Subject(LimitTable.Scope.EVERYTHING, (short) 0, 0);
      case Scope.Queue(String queue) ->
          new Subject(LimitTable.Scope.QUEUE, queueId(handle, queue), 0);
      case Scope.Definition(String definition) -> {
        DefinitionTable.Row row = engine.catalog().get(handle, definition);
        yield new Subject(LimitTable.Scope.DEFINITION, row.queueId(), row.id());
      }
      case Scope.OfGroup(String group) ->
          new Subject(LimitTable.Scope.GROUP, (short) 0, Group.id(group));
      case Scope.EachGroup each -> new Subject(LimitTable.Scope.EACH_GROUP, (short) 0, 0);
      case Scope.EachKey(String queue) ->
          new Subject(LimitTable.Scope.EACH_KEY, queueId(handle, queue), 0);
    };
  }

  private static short queueId(Handle handle, String queue) {
    return Queues.known(QueueTable.findId(handle, queue), queue);
  }

  private static Rule rule(Subject subject, Limit limit) {
    Double vcpus = limit.vcpus();
    Rate rate = limit.rate();
    return new Rule(
        subject,
        null,
        limit.running(),
        vcpus == null ? null : (long) thousandths(vcpus),
        rate == null ? null : rate.starts(),
        rate == null ? null : rate.period().toNanos() / 1_000);
  }

  private static Limit limit(Rule rule) {
    Long vcpus = rule.vcpus();
    Integer rate = rule.rate();
    Long rateMicros = rule.rateMicros();
    return new Limit(
        scope(rule),
        rule.running(),
        vcpus == null ? null : vcpus / 1_000.0,
        rate == null || rateMicros == null
            ? null
            : new Rate(rate, Duration.of(rateMicros, ChronoUnit.MICROS)));
  }

  private static Scope scope(Rule rule) {
    return switch (rule.subject().scope()) {
      case EVERYTHING -> new Scope.Everything();
      case QUEUE -> new Scope.Queue(Objects.requireNonNull(rule.name()));
      case DEFINITION -> new Scope.Definition(Objects.requireNonNull(rule.name()));
      case GROUP -> new Scope.OfGroup(Objects.requireNonNull(rule.name()));
      case EACH_GROUP -> new Scope.EachGroup();
      case EACH_KEY -> new Scope.EachKey(Objects.requireNonNull(rule.name()));
    };
  }
}
