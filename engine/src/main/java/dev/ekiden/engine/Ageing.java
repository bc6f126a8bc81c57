package dev.ekiden.engine;

import dev.ekiden.engine.store.AgeTable;
import dev.ekiden.engine.store.AgeTable.Turn;
import dev.ekiden.postgres.Database;

/** Raises the priority of jobs that wait, in queues that ask for it. */
final class Ageing {
  private static final int BATCH = 1_000;

  private final Database database;

  Ageing(Database database) {
    this.database = database;
  }

  /** Makes the turns that are due; answers how many jobs were raised. */
  long raiseDue() {
    long raised = 0;
    for (Turn turn : database.inTransaction(AgeTable::take)) {
      for (int priority = JobDefinition.MAX_PRIORITY - 1; priority >= 0; priority--) {
        raised += raise(turn, priority);
      }
    }
    return raised;
  }

  private long raise(Turn turn, int priority) {
    long raised = 0;
    while (true) {
      int batch = database.inTransaction(handle -> AgeTable.raise(handle, turn, priority, BATCH));
      raised += batch;
      if (batch < BATCH) {
        return raised;
      }
    }
  }
}
