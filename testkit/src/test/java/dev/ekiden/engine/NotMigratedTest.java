package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ekiden.postgres.SchemaVersionException;
import dev.ekiden.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who forgets to migrate is told so, whatever is called first. */
class NotMigratedTest {
  record Work(int number) {}

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  private final JobDefinition<Work> work =
      JobDefinition.named("work", Work.class).handler((payload, context) -> null);

  @Test
  void startingAndEnqueueingSayWhatToDo() {
    try (Engine engine = Engine.on(database.database().dataSource()).definitions(work).build()) {
      assertThatExceptionOfType(SchemaVersionException.class)
          .isThrownBy(engine::start)
          .withMessageContaining("call migrate()");
      assertThatExceptionOfType(SchemaVersionException.class)
          .isThrownBy(() -> engine.enqueue(List.of(work.request(new Work(1)))))
          .withMessageContaining("call migrate()");
      assertThatExceptionOfType(SchemaVersionException.class)
          .isThrownBy(() -> engine.enqueueArray(ArrayRequest.of(work.request(new Work(1)), 2)))
          .withMessageContaining("call migrate()");
    }
  }
}
