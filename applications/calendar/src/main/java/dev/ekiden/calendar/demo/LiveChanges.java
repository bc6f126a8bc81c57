package dev.ekiden.calendar.demo;

import dev.ekiden.calendar.demo.DemoStore.Entity;
import dev.ekiden.calendar.store.TruthWriter;
import dev.ekiden.postgres.Database;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Makes changes of all kinds, by the road that every change takes. Confined to one thread. */
final class LiveChanges {

  private static final int TRIES = 20;

  private final Database database;
  private final TruthWriter writer;
  private final VisibilityProbe probe;
  private final LocalDate today;
  private final Random random;
  private final Map<Entity, List<Long>> ids = new EnumMap<>(Entity.class);

  LiveChanges(
      Database database,
      TruthWriter writer,
      VisibilityProbe probe,
      LocalDate today,
      Random random) {
    this.database = database;
    this.writer = writer;
    this.probe = probe;
    this.today = today;
    this.random = random;
    for (Entity entity : Entity.values()) {
      ids.put(entity, database.withHandle(handle -> DemoStore.ids(handle, entity)));
    }
  }

  /** Makes one change that alters something, in a transaction of its own, and has it watched. */
  void change() {
    for (int attempt = 1; ; attempt++) {
      ChangeKind kind = ChangeKind.random(random);
      List<Long> candidates = ids.getOrDefault(kind.entity(), List.of());
      long id = candidates.get(random.nextInt(candidates.size()));
      try {
        Map<Long, Long> versions =
            database.inTransaction(handle -> {
              Set<Long> plans = kind.apply(handle, writer, id, today, random);
              return plans.isEmpty()
                  ? Map.<Long, Long>of()
                  : DemoStore.truthVersions(handle, plans);
            });
        if (!versions.isEmpty()) {
          probe.committed(versions);
          return;
        }
      } catch (RuntimeException e) {
        // Two transactions that wait for each other: one is rolled back and says so.
        if (!Database.isTransient(e) || attempt >= TRIES) {
          throw e;
        }
      }
    }
  }
}
