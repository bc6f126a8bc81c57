package dev.ekiden.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs a copy of the launcher in a small tree of its own, with a JDK and a Maven that only write
 * down how they were called.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class LauncherTest {

  private static final String JAVA =
      """
      #!/bin/bash
      echo "java $$" "$@"
      """;

  private static final String MAVEN =
      """
      #!/bin/bash
      echo "$JAVA_HOME: $*" >>"$CALLS"
      [[ -z ${SLOW:-} ]] || read -r <"$SLOW"
      [[ -z ${BROKEN:-} ]] || { echo "[ERROR] on purpose"; exit 1; }
      for module in app bench; do
        mkdir -p $module/target/ekiden/lib
        echo x >$module/target/ekiden/lib/$module.jar
      done
      """;

  @TempDir Path temporary;

  private Path root;
  private Path machine;
  private Path calls;

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectories(temporary.resolve("a tree"));
    machine = Files.createDirectories(temporary.resolve("machine"));
    calls = Files.createFile(temporary.resolve("calls"));
    // The search must not find the JDKs of the machine that runs this test.
    String launcher =
        Files.readString(repository().resolve("ekiden"))
            .replace("/usr/lib/jvm/", machine + "/jvm/")
            .replace("/opt/", machine + "/opt/");
    executable(root.resolve("ekiden"), launcher);
    Files.writeString(root.resolve("pom.xml"), "<project/>");
    for (String module : List.of("app", "bench", "applications/calendar")) {
      source(module + "/src/main/java/A.java");
    }
    executable(machine.resolve("bin/mvn"), MAVEN);
    jdk("jvm/jdk-25", "25.0.3");
    jdk("jvm/jdk-17", "17.0.15");
  }

  @Test
  void buildsOnceAndRunsWithTheArgumentsAsTheyAre() throws Exception {
    executable(machine.resolve("jvm/jdk-25/bin/java"), "#!/bin/bash\nprintf '<%s>' \"$@\"\n");
    Outcome first = run("jobs", "list", "-o", "a b", "");
    assertThat(first.errors()).contains("Building Ekiden (first time: about a minute)…");
    assertThat(first.output())
        .contains("<-cp><" + root.toRealPath() + "/app/target/ekiden/run-")
        .endsWith("/*><dev.ekiden.app.Main><jobs><list><-o><a b><>");
    assertThat(calls())
        .containsExactly(
            machine.resolve("jvm/jdk-25") + ": -B -Dmaven.test.skip=true -pl app -am package");
    Outcome second = run("jobs", "list");
    assertThat(second.errors()).isEmpty();
    assertThat(calls()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "app/src/main/java/A.java",
        "applications/calendar/src/main/java/A.java",
        "app/src/main/resources/new.sql"
      })
  void buildsAgainWhenASourceChanged(String file) throws Exception {
    run("status");
    source(file);
    assertThat(run("status").errors()).isEqualTo("Building Ekiden…");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void doesNotBuildAgainForATest() throws Exception {
    run("status");
    source("app/src/test/java/ATest.java");
    run("status");
    assertThat(calls()).hasSize(1);
  }

  @Test
  void seesWhatChangedWhileItWasBuilding() throws Exception {
    Path slow = temporary.resolve("slow");
    new ProcessBuilder("mkfifo", slow.toString()).start().waitFor();
    Process building = start(Map.of("SLOW", slow.toString()), root.resolve("ekiden"), "status");
    while (calls().isEmpty()) {
      Thread.onSpinWait();
    }
    source("app/src/main/java/A.java");
    Files.writeString(slow, "go on\n");
    assertThat(outcome(building).status()).isZero();
    run("status");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    Path slow = temporary.resolve("slow");
    new ProcessBuilder("mkfifo", slow.toString()).start().waitFor();
    Map<String, String> environment = Map.of("SLOW", slow.toString());
    Process one = start(environment, root.resolve("ekiden"), "one");
    while (calls().isEmpty()) {
      Thread.onSpinWait();
    }
    Process two = start(environment, root.resolve("ekiden"), "two");
    Files.writeString(slow, "go on\n");
    assertThat(outcome(one).output()).endsWith("dev.ekiden.app.Main one");
    assertThat(outcome(two).output()).endsWith("dev.ekiden.app.Main two");
    assertThat(calls()).hasSize(1);
  }

  @Test
  void becomesTheJavaProcessSoThatSignalsReachIt() throws Exception {
    run("status");
    Process process = start(Map.of(), root.resolve("ekiden"), "up");
    assertThat(outcome(process).output()).startsWith("java " + process.pid() + " ");
  }

  @Test
  void keepsABuildThatSomethingStillRunsFrom() throws Exception {
    Path wait = temporary.resolve("wait");
    new ProcessBuilder("mkfifo", wait.toString()).start().waitFor();
    run("status");
    Path running = builds().getFirst();
    executable(
        machine.resolve("jvm/jdk-25/bin/java"), JAVA + "[[ $* != *up ]] || read -r <\"$WAIT\"\n");
    Process up = start(Map.of("WAIT", wait.toString()), root.resolve("ekiden"), "up");
    while (up.inputReader().readLine() == null) {
      Thread.onSpinWait();
    }
    source("app/src/main/java/A.java");
    run("status");
    assertThat(builds()).hasSize(2).contains(running);
    Files.writeString(wait, "end\n");
    up.waitFor();
    source("app/src/main/java/A.java");
    run("status");
    assertThat(builds()).hasSize(1).doesNotContain(running);
  }

  @Test
  void showsTheEndOfAFailedBuildAndTriesAgain() throws Exception {
    Outcome failed = outcome(start(Map.of("BROKEN", "yes"), root.resolve("ekiden"), "status"));
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.errors()).contains("[ERROR] on purpose").contains("the build failed");
    assertThat(failed.output()).isEmpty();
    assertThat(run("status").status()).isZero();
  }

  @Test
  void worksThroughALinkFromAnotherDirectory() throws Exception {
    Path links = Files.createDirectories(temporary.resolve("links"));
    Files.createSymbolicLink(links.resolve("first"), Path.of("../a tree/ekiden"));
    Path second = Files.createSymbolicLink(links.resolve("second"), links.resolve("first"));
    Outcome outcome = outcome(start(Map.of(), second, "status"));
    assertThat(outcome.output()).endsWith("dev.ekiden.app.Main status");
  }

  @Test
  void runsABenchmarkFromItsOwnModule() throws Exception {
    assertThat(run("bench", "engine", "--json", "x").output())
        .contains("/bench/target/ekiden/run-")
        .endsWith("dev.ekiden.bench.Main engine --json x");
    assertThat(calls().getFirst()).endsWith("-pl bench -am package");
  }

  @Test
  void makesAnImageOfWhatItBuilt() throws Exception {
    assertThat(run("image", "--tag", "mine:1").output())
        .contains("/app/target/ekiden/run-")
        .endsWith("dev.ekiden.launch.image.ImageCommand --main dev.ekiden.app.Main --tag mine:1");
    assertThat(calls().getFirst()).endsWith("-pl app -am package");
  }

  @Test
  void testsAndFormatsWithTheRightJdk() throws Exception {
    run("test", "-pl", "engine");
    run("format");
    String jdk = machine.resolve("jvm/jdk-25").toString();
    assertThat(calls())
        .containsExactly(jdk + ": -B -Pchecks verify -pl engine", jdk + ": -B -q spotless:apply");
  }

  @Test
  void helpsBeforeTheFirstBuildAndDelegatesAfterIt() throws Exception {
    for (String word : List.of("--help", "-h", "help")) {
      assertThat(run(word).output()).startsWith("Ekiden: a job queue");
    }
    assertThat(run().output()).startsWith("Ekiden: a job queue");
    assertThat(calls()).isEmpty();
    run("status");
    assertThat(run("--help").output()).endsWith("dev.ekiden.app.Main --help");
  }

  @Test
  void startsBriefVerbsWithLittleAndServersWithAll() throws Exception {
    assertThat(run("jobs", "list").output()).contains("-XX:TieredStopAtLevel=1");
    assertThat(run("up").output())
        .contains("--enable-native-access=ALL-UNNAMED")
        .doesNotContain("-XX:TieredStopAtLevel=1");
  }

  @Test
  void takesMoreOptionsForTheVirtualMachine() throws Exception {
    Outcome outcome =
        outcome(start(Map.of("EKIDEN_JAVA_OPTIONS", "-Xmx2g -Da=b"), root.resolve("ekiden"), "up"));
    assertThat(outcome.output()).contains(" -Xmx2g -Da=b -cp ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "25.0.10", "25.1", "25.0.3.0.1", "25.0.4-ea"})
  void takesAJdkThatIsNewEnough(String version) throws Exception {
    replaceJdk(version);
    assertThat(run("--print-java-home").output())
        .isEqualTo(machine.resolve("jvm/jdk-25").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.2", "24.0.9", "26.0.1", "21.0.30", "1.8.0_400"})
  void saysWhatItLookedAtWhenNoJdkIsFit(String version) throws Exception {
    replaceJdk(version);
    Outcome outcome = run("status");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors())
        .contains("no JDK 25 found")
        .contains("Looked at EKIDEN_JAVA_HOME, JAVA_HOME")
        .contains(machine.resolve("jvm/jdk-25") + " is version " + version)
        .contains(machine.resolve("jvm/jdk-17") + " is version 17.0.15")
        .contains("temurin-25-jdk");
  }

  @Test
  void aRuntimeWithoutACompilerIsNotEnough() throws Exception {
    Files.delete(machine.resolve("jvm/jdk-25/bin/javac"));
    assertThat(run("status").errors()).contains("jdk-25 has no compiler");
  }

  @Test
  void findsAJdkElsewhere() throws Exception {
    replaceJdk("25.0.1");
    Path other = jdk("home of mine/.sdkman/candidates/java/25", "25.0.3");
    Path home = machine.resolve("home of mine");
    Outcome bySdkman =
        outcome(
            start(Map.of("HOME", home.toString()), root.resolve("ekiden"), "--print-java-home"));
    assertThat(bySdkman.output()).isEqualTo(other.toString());
    Outcome byJavaHome =
        outcome(
            start(
                Map.of("JAVA_HOME", other.toString()),
                root.resolve("ekiden"),
                "--print-java-home"));
    assertThat(byJavaHome.output()).isEqualTo(other.toString());
    Files.createSymbolicLink(machine.resolve("bin/java"), other.resolve("bin/java"));
    assertThat(run("--print-java-home").output()).isEqualTo(other.toString());
  }

  @Test
  void doesNotOverrideAChoice() throws Exception {
    Path chosen = machine.resolve("jvm/jdk-17");
    Outcome outcome =
        outcome(
            start(Map.of("EKIDEN_JAVA_HOME", chosen.toString()), root.resolve("ekiden"), "status"));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains("EKIDEN_JAVA_HOME is no JDK").contains("17.0.15");
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    Files.delete(machine.resolve("bin/mvn"));
    Outcome outcome = run("status");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains("Maven is missing");
  }

  private record Outcome(int status, String output, String errors) {}

  private Outcome run(String... arguments) throws Exception {
    return outcome(start(Map.of(), root.resolve("ekiden"), arguments));
  }

  private Process start(Map<String, String> environment, Path launcher, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile());
    builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
    builder.environment().put("PATH", machine.resolve("bin") + ":" + tools());
    builder.environment().put("HOME", machine.resolve("nobody").toString());
    builder.environment().put("CALLS", calls.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Outcome outcome(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    return new Outcome(status, output.stripTrailing(), errors.strip());
  }

  /** The usual programs, but no java and no mvn. */
  private Path tools() throws IOException {
    Path tools = machine.resolve("tools");
    if (!Files.exists(tools)) {
      Files.createDirectories(tools);
      for (String tool :
          List.of(
              "bash",
              "cat",
              "date",
              "dirname",
              "env",
              "find",
              "flock",
              "mkdir",
              "mv",
              "readlink",
              "rm",
              "tail",
              "touch")) {
        executable(tools.resolve(tool), "#!/bin/sh\nexec " + toolOfThisMachine(tool) + " \"$@\"\n");
      }
    }
    return tools;
  }

  private static Path toolOfThisMachine(String tool) {
    return Stream.of("/usr/bin", "/bin")
        .map(directory -> Path.of(directory, tool))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(calls);
  }

  private List<Path> builds() throws IOException {
    try (Stream<Path> entries = Files.list(root.resolve("app/target/ekiden"))) {
      return entries.filter(path -> path.getFileName().toString().startsWith("run-")).toList();
    }
  }

  private void source(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "x");
    Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
  }

  private void replaceJdk(String version) throws IOException {
    jdk("jvm/jdk-25", version);
  }

  private Path jdk(String directory, String version) throws IOException {
    Path jdk = Files.createDirectories(machine.resolve(directory));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(jdk.resolve("bin/java"), JAVA);
    executable(jdk.resolve("bin/javac"), JAVA);
    return jdk;
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Where the sources are: tests run in their module's directory. */
  private static Path repository() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("ekiden"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
