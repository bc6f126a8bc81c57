package dev.ekiden.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the picture of a job's life in ARCHITECTURE.md equal to {@link JobTransition}. */
class LifePictureTest {
  private static final String BEGIN = "<!-- life of a job: generated from JobTransition -->\n";
  private static final String END = "<!-- end -->";

  @Test
  void thePictureShowsTheTable() throws IOException {
    String document = Files.readString(root().resolve("ARCHITECTURE.md"));
    assertThat(document).contains(BEGIN);
    String shown =
        document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));
    assertThat(shown).as("put this into ARCHITECTURE.md:\n%s", picture()).isEqualTo(picture());
  }

  private static String picture() {
    StringBuilder picture = new StringBuilder("```mermaid\nstateDiagram-v2\n");
    for (JobTransition transition : JobTransition.values()) {
      List<String> from =
          transition.from().isEmpty()
              ? List.of("[*]")
              : sorted(transition.from().stream()).toList();
      for (String source : from) {
        sorted(transition.to().stream())
            .forEach(target ->
                picture.append("  %s --> %s: %s\n".formatted(source, target, transition.label())));
      }
    }
    return picture.append("```\n").toString();
  }

  private static Stream<String> sorted(Stream<JobState> states) {
    return states.sorted(Comparator.naturalOrder()).map(JobState::name);
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("ARCHITECTURE.md"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
