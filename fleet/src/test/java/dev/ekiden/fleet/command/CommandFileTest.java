package dev.ekiden.fleet.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.fleet.command.CommandProgram.Executable;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.launch.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CommandFileTest {
  private static final String HEAD = "kind: job\nname: one\ncommand: [/bin/true]\n";

  private static CommandDefinition parse(String more) {
    return CommandFile.parse("a.yaml", HEAD + more);
  }

  @Test
  void whatIsLeftOutHasADefault() {
    CommandDefinition one = parse("");
    assertThat(one.queue()).isEqualTo("one");
    assertThat(one.program()).isEqualTo(new Executable(List.of("/bin/true")));
    assertThat(one.launcher()).isEqualTo("process");
    assertThat(one.network()).isEqualTo(Network.host());
    assertThat(one.timeout()).isEmpty();
    assertThat(one.lostAfter()).isEmpty();
    assertThat(one.grace()).isEqualTo(Duration.ofSeconds(10));
    assertThat(one.retry().maxFailures()).isEqualTo(1);
    CommandDefinition image = CommandFile.parse("a", "kind: job\nname: b\nimage: busybox:1\n");
    assertThat(image.launcher()).isEqualTo("docker");
    assertThat(image.network()).isEqualTo(Network.none());
  }

  @Test
  void theExamplesAreDefinitions() throws Exception {
    Path examples = Path.of("..", "examples", "commands");
    try (Stream<Path> files = Files.list(examples)) {
      List<Path> yaml = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertThat(yaml).hasSize(3);
      for (Path file : yaml) {
        CommandDefinition definition = CommandFile.parse(file.toString(), Files.readString(file));
        assertThat(file.getFileName()).hasToString(definition.name() + ".yaml");
        assertThat(DefinitionText.difference(definition, definition)).isEmpty();
      }
    }
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("colour: red", "4: there is no field colour; there are kind, name, queue"),
        Arguments.of("timeout: soon", "4: timeout must be a time such as 250ms, 30s"),
        Arguments.of("timeout: 366d", "4: timeout must be 1ms to 365d, not 366d"),
        Arguments.of("grace: 25h", "4: grace must be 0s to 1d, not 1d1h"),
        Arguments.of("lost-after: 9s", "4: lost-after must be 10s to 365d, not 9s"),
        Arguments.of("memory-mib: 5", "4: memory-mib must be a whole number from 6 to"),
        Arguments.of("vcpus: 0", "4: vcpus must be a number from 0.001 to 1,024"),
        Arguments.of("pids: 0", "4: pids must be a whole number from 1 to"),
        Arguments.of("launcher: docker", "4: launcher must be process, because there is no image"),
        Arguments.of("network: none", "4: network must be host: processes share"),
        Arguments.of("jar: a.jar", "3: command cannot stand beside jar: use arguments"),
        Arguments.of("main-class: A", "4: main-class goes with jar"),
        Arguments.of("working-directory: data", "4: working-directory must begin with /"),
        Arguments.of("environment: {EKIDEN_A: b}", "variables that begin with EKIDEN_ are set by"),
        Arguments.of("environment: {A: '${b}'}", "there is no parameter 'b' for '${b}'"),
        Arguments.of("environment: {A: '${b'}", "there is no } after ${ in '${b'"),
        Arguments.of("secrets: {A: {}}", "4: secrets.A: must have file or variable"),
        Arguments.of("secrets: {A: {value: x}}", "never the value"),
        Arguments.of("secrets: {A: {file: x}}", "the file of a secret must begin with /"),
        Arguments.of("secrets: {A: {variable: EKIDEN_DATABASE_PASSWORD}}", "the server's own"),
        Arguments.of("exit-codes: {retry: [256]}", "exit codes are 0 to 255"),
        Arguments.of("exit-codes: {retry: [9-3]}", "exit codes are 0 to 255, single or as in"),
        Arguments.of("retry: {attempts: 0}", "4: retry.attempts must be a whole number from 1"),
        Arguments.of("retry: {rules: [{on: sun, action: fail}]}", "exit-code or signal or"),
        Arguments.of("retry: {rules: [{on: timeout, codes: [1], action: fail}]}", "have codes"),
        Arguments.of("retry: {rules: [{on: timeout}]}", "action is missing; it must be retry or"),
        Arguments.of("result: {limit-bytes: 196509}", "from 1 to 196,508, not '196509'"),
        Arguments.of("result: {limit-bytes: 0}", "from 1 to 196,508, not '0'"),
        Arguments.of("parameters: {a: {type: date}}", "text or integer or number or boolean"),
        Arguments.of("parameters: {a: {type: integer, default: x}}", "a whole number, not 'x'"),
        Arguments.of("parameters: {a: {default: x, allowed: [y]}}", "must be one of y, not 'x'"),
        Arguments.of("parameters: {1a: {}}", "the name of a parameter is 1 to 50 letters"),
        Arguments.of("name: two", "name is said twice"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsToldWithItsLineAndWhatIsAllowed(String line, String told) {
    assertThatThrownBy(() -> parse(line + "\n"))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("a.yaml:")
        .hasMessageContaining(told);
  }

  @Test
  void theProgramItselfIsNoParameter() {
    assertThatThrownBy(() ->
            CommandFile.parse("a", "kind: job\nname: a\ncommand: ['${p}']\nparameters: {p: {}}\n"))
        .hasMessageContaining("the program itself cannot be a parameter");
  }

  @Test
  void aValueStaysOneArgumentWhateverStandsInIt() {
    String evil = "a b; rm -rf / $(id) `id` \"'\n${x}";
    assertThat(Templates.fill(List.of("--file=${x}", "$${x}", "${x}${x}"), Map.of("x", evil)))
        .containsExactly("--file=" + evil, "${x}", evil + evil);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text    | -rf        | must not begin with -
          integer | 1.5        | n must be a whole number, not '1.5'
          number  | many       | n must be a number, not 'many'
          boolean | yes        | n must be true or false, not 'yes'
          """)
  void valuesThatDoNotFitAreRefused(String type, String value, String told) {
    CommandDefinition definition = parse("parameters: {n: {type: " + type + "}}\n");
    assertThatThrownBy(() -> ParameterValues.of(definition, Map.of("n", value)))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining(told);
  }

  @Test
  void parametersHaveDefaultsTypesAndNames() {
    CommandDefinition definition =
        parse(
            """
            parameters:
              n: {type: integer, default: 3}
              x: {type: number}
              on: {type: boolean, default: true}
              option: {default: --all, may-begin-with-dash: true}
            """);
    ParameterValues values = ParameterValues.read(definition, "{\"x\":-1.50}");
    assertThat(values.json()).isEqualTo("{\"n\":3,\"x\":-1.50,\"on\":true,\"option\":\"--all\"}");
    assertThat(values.values()).containsEntry("n", "3").containsEntry("x", "-1.50");
    assertThat(ParameterValues.payload(definition, Map.of("x", "7"))).hasToString("{\"x\":7}");
    for (String wrong : List.of("null", "{}", "{\"x\":[]}", "{\"x\":1,\"y\":1}", "[1]")) {
      assertThatThrownBy(() -> ParameterValues.read(definition, wrong))
          .as(wrong)
          .isInstanceOf(InvalidParameterException.class);
    }
  }

  @Test
  void aDifferenceNamesTheFields() {
    CommandDefinition before = parse("timeout: 10m\nenvironment: {A: b}\n");
    CommandDefinition after = parse("timeout: 5m\nqueue: other\n");
    assertThat(DefinitionText.difference(before, after))
        .containsExactly("queue: one → other", "environment.A: b → none", "timeout: 10m → 5m");
  }
}
