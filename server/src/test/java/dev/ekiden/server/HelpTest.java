package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.server.cli.Terminal;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** Every command explains itself. */
final class HelpTest {
  private final StringWriter out = new StringWriter();
  private final Terminal terminal =
      new Terminal(
          new BufferedReader(new StringReader("")),
          new PrintWriter(out, true),
          new PrintWriter(out, true),
          false);
  private final CommandLine root =
      Ekiden.commandLine(List.of(new SampleApplication()), terminal, Map.of());

  @TestFactory
  Stream<DynamicTest> everyCommandHasASentenceAndExamples() {
    return all(root).stream()
        .map(command ->
            DynamicTest.dynamicTest(
                command.getCommandSpec().qualifiedName(),
                () -> {
                  var usage = command.getCommandSpec().usageMessage();
                  assertThat(usage.description()).hasSize(1);
                  assertThat(usage.description()[0]).endsWith(".");
                  assertThat(String.join("\n", usage.footer()))
                      .contains("Examples:\n  ")
                      .contains("ekiden");
                  assertThat(command.getCommandSpec().optionsMap()).containsKey("--help");
                  command
                      .getCommandSpec()
                      .options()
                      .forEach(option ->
                          assertThat(option.description()).as(option.longestName()).isNotEmpty());
                }));
  }

  @Test
  void helpAndVersionAreData() {
    assertThat(root.execute("--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("Usage: ekiden").contains("Exit codes");
    assertThat(root.execute("jobs", "submit", "--help")).isEqualTo(ExitCode.OK);
    assertThat(root.execute("--version")).isEqualTo(ExitCode.OK);
  }

  private static List<CommandLine> all(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(sub -> all.addAll(all(sub)));
    return all;
  }
}
