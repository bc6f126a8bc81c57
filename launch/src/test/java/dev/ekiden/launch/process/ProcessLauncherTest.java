package dev.ekiden.launch.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LauncherContract;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Phase;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessLauncherTest extends LauncherContract {

  private static final LogLimits LOG = new LogLimits(256 * 1024, 512 * 1024);
  private static final int FORKS = 60;

  @TempDir Path directory;

  @Override
  protected Launcher open() {
    return ProcessLauncher.in(directory, LOG);
  }

  @Override
  protected Program shell(String script) {
    return Program.command("sh", "-c", script);
  }

  @Override
  protected Program missing() {
    return Program.command("no-such-program");
  }

  @Override
  protected int muchOutput() {
    return 110_000_000;
  }

  @Override
  protected int keptOutput() {
    return LOG.headBytes() + LOG.tailBytes() * 5 / 4;
  }

  @Override
  protected boolean isLogExact() {
    return true;
  }

  @Override
  protected void assertNothingRunsOf(Task task) {
    assertThat(processesOf(task)).isEmpty();
  }

  private List<Integer> processesOf(Task task) {
    String variable = Launcher.RESULT_VARIABLE + "=" + directory(task).result() + "\0";
    return ProcessStat.all().stream()
        .filter(ProcessStat::isAlive)
        .map(ProcessStat::pid)
        .filter(pid -> environmentOf(pid).contains(variable))
        .toList();
  }

  private static String environmentOf(int pid) {
    try {
      return Files.readString(Path.of("/proc", "" + pid, "environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private TaskDirectory directory(Task task) {
    return new TaskDirectory(directory.resolve("tasks").resolve(task.id().value()));
  }

  private Properties facts(Path file) throws IOException {
    return StateFile.read(file).orElseThrow();
  }

  private ProcessHandle process(Path file) throws IOException {
    return ProcessHandle.of(ProcessIdentity.from(facts(file)).orElseThrow().pid()).orElseThrow();
  }

  @Test
  void doesNotTakeAnExitCodeForASignal() {
    assertThat(run(task("exit 137").build()).ending()).contains(new Ending.Exited(137));
    assertThat(run(task("kill -9 $$").build()).ending()).contains(new Ending.Signaled(9));
  }

  @Test
  void saysWhyAProgramCouldNotBeStarted() throws IOException {
    Path file = Files.writeString(directory.resolve("text"), "no program");
    Task forbidden = Task.of(TaskId.of("forbidden"), Program.command(file.toString())).build();
    assertThat(run(forbidden).ending().orElseThrow())
        .isEqualTo(new Ending.CouldNotStart("Cannot start " + file + ": Permission denied"));
    Task nowhere = task("true").workingDirectory("/no/where").build();
    assertThat(run(nowhere).ending().orElseThrow())
        .isEqualTo(
            new Ending.CouldNotStart("Cannot start in /no/where: there is no such directory"));
  }

  @Test
  void refusesWhatProcessesCannotBe() {
    Task image = Task.of(TaskId.of("image"), Program.image("alpine:3")).build();
    assertThatThrownBy(() -> launcher.launch(image))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("alpine:3");
    Task alone = task("true").network(Network.none()).build();
    assertThatThrownBy(() -> launcher.launch(alone))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("network");
    assertThat(launcher.list()).isEmpty();
  }

  @Test
  void keepsSecretsOnlyWhileTheProgramRuns() throws IOException {
    Task task =
        task("stat -c %a $KEY_FILE; exec sleep 60")
            .secret(Secret.inFile("KEY", "hidden"))
            .secret(Secret.inEnvironment("TOKEN", "s3cret"))
            .build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "600\n");
    for (ProcessStat process : ProcessStat.all()) {
      assertThat(commandLine(process.pid())).doesNotContain("s3cret").doesNotContain("hidden");
    }
    int supervisor = ProcessIdentity.from(facts(directory(task).supervisor())).orElseThrow().pid();
    assertThat(environmentOf(supervisor)).doesNotContain("s3cret");
    launcher.stop(task.id(), Duration.ZERO);
    Tasks.awaitEnd(launcher, task.id());
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain("s3cret")
            .doesNotContain("hidden");
      }
    }
  }

  private static String commandLine(int pid) throws IOException {
    try {
      return Files.readString(Path.of("/proc", "" + pid, "cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void passesOnNothingOfOurEnvironment() throws IOException {
    Path self = Path.of("/proc/self/fd");
    Task task = task("env | cut -d= -f1 | sort; ls -l /proc/self/fd | wc -l; trap").build();
    run(task);
    List<String> lines = List.of(Tasks.text(Tasks.log(launcher, task.id())).strip().split("\n"));
    assertThat(lines)
        .contains("PATH", "EKIDEN_TASK", "EKIDEN_RESULT")
        .isSubsetOf(
            List.of(
                "PATH",
                "HOME",
                "USER",
                "LOGNAME",
                "LANG",
                "LC_ALL",
                "TZ",
                "TMPDIR",
                "JAVA_HOME",
                "EKIDEN_TASK",
                "EKIDEN_RESULT",
                "PWD",
                "OLDPWD",
                "SHLVL",
                "_",
                // A line of its own for the total, then 0, 1, 2 and the directory itself.
                "5"));
    assertThat(self).exists();
    assertThat(Files.getPosixFilePermissions(directory.resolve("tasks")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void killsWhatASupervisorLeftThatWasKilled() throws IOException {
    Task task =
        task("setsid sh -c 'sleep 300' & echo ready; sleep 300")
            .secret(Secret.inFile("KEY", "hidden"))
            .build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "ready");
    assertThat(processesOf(task)).isNotEmpty();
    process(directory(task).supervisor()).destroyForcibly();
    TaskStatus status = Tasks.awaitEnd(launcher, task.id());
    assertThat(status.ending()).contains(new Ending.Lost("Its supervisor was killed"));
    assertNothingRunsOf(task);
    assertThat(directory(task).secrets()).isEmptyDirectory();
    assertThat(Tasks.text(Tasks.log(launcher, task.id()))).isEqualTo("ready\n");
  }

  @Test
  void isNotDeceivedByAPidThatIsUsedAgain() throws IOException {
    Task task = task("true").build();
    TaskDirectory made = draft(task, Instant.now());
    ProcessIdentity self = ProcessIdentity.self();
    Properties other = new Properties();
    new ProcessIdentity(self.pid(), self.startTicks() - 1, self.boot()).noteIn(other);
    StateFile.write(made.supervisor(), other);
    StateFile.write(made.started(), startedBy(other));
    assertThat(launcher.find(task.id()).orElseThrow().ending())
        .contains(new Ending.Lost("Its supervisor was killed"));
  }

  @Test
  void knowsThatTheMachineWasStartedAnew() throws IOException {
    Task task = task("true").build();
    TaskDirectory made = draft(task, Instant.now());
    ProcessIdentity self = ProcessIdentity.self();
    Properties before = new Properties();
    new ProcessIdentity(self.pid(), self.startTicks(), "another boot").noteIn(before);
    StateFile.write(made.supervisor(), before);
    StateFile.write(made.started(), startedBy(before));
    assertThat(launcher.find(task.id()).orElseThrow().ending())
        .contains(new Ending.Lost("The machine was started anew"));
  }

  @Test
  void givesUpASupervisorThatNeverCameUp() throws IOException {
    Task task = task("true").build();
    Instant asked = Instant.now();
    TaskDirectory made = draft(task, asked);
    assertThat(launcher.find(task.id()).orElseThrow().phase()).isEqualTo(new Phase.Starting());
    new TaskFacts(task.labels(), task.capacityClass(), asked.minus(LookAtTask.START_TIMEOUT))
        .write(made);
    assertThat(launcher.find(task.id()).orElseThrow().ending().orElseThrow())
        .isInstanceOf(Ending.CouldNotStart.class);
    // One that comes after all finds its place taken.
    assertThat(StateFile.create(made.supervisor(), new Properties())).isFalse();
  }

  private TaskDirectory draft(Task task, Instant asked) throws IOException {
    TaskDirectory made = directory(task);
    made.create();
    new TaskFacts(task.labels(), task.capacityClass(), asked).write(made);
    return made;
  }

  private static Properties startedBy(Properties supervisor) {
    Properties started = new Properties();
    started.putAll(supervisor);
    started.setProperty("time", Instant.now().toString());
    return started;
  }

  @Test
  void outlivesAServerThatIsKilled() throws IOException, InterruptedException {
    Process server =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                LaunchingServer.class.getName(),
                directory.toString())
            .inheritIO()
            .start();
    TaskId id = LaunchingServer.TASK;
    Tasks.awaitUntil("the server has launched", () -> launcher.find(id).isPresent());
    Tasks.awaitOutput(launcher, id, "tick 0\n");
    server.destroyForcibly().waitFor();
    Tasks.awaitOutput(launcher, id, "tick 3\n");
    assertThat(launcher.find(id).orElseThrow().phase()).isEqualTo(new Phase.Running());
    launcher.stop(id, Duration.ofSeconds(10));
    assertThat(Tasks.awaitEnd(launcher, id).ending()).contains(new Ending.Signaled(15));
  }

  @Test
  void holdsAForkBomb() throws IOException {
    Resources few = Resources.DEFAULT.withProcesses(FORKS / 4);
    Task proof =
        task("for i in $(seq " + FORKS + "); do sleep 30 & done; wait").resources(few).build();
    launcher.launch(proof);
    Tasks.awaitUntil(
        "forks were tried",
        () ->
            Files.exists(directory(proof).started())
                && (processesOf(proof).size() >= FORKS
                    || launcher.find(proof.id()).orElseThrow().hasEnded()));
    boolean held = launcher.find(proof.id()).orElseThrow().hasEnded();
    launcher.stop(proof.id(), Duration.ZERO);
    Tasks.awaitEnd(launcher, proof.id());
    assertNothingRunsOf(proof);
    assumeTrue(held, "no fork bomb: this machine does not let us limit processes");
    Task bomb = task("bomb() { bomb | bomb & }; bomb; sleep 300").resources(few).build();
    launcher.launch(bomb);
    Tasks.awaitUntil(
        "the bomb went off",
        () ->
            launcher.find(bomb.id()).orElseThrow().hasEnded()
                || Tasks.text(Tasks.log(launcher, bomb.id())).contains("fork"));
    launcher.stop(bomb.id(), Duration.ZERO);
    assertThat(Tasks.awaitEnd(launcher, bomb.id()).ending().orElseThrow())
        .isInstanceOfAny(Ending.Signaled.class, Ending.Exited.class);
    assertNothingRunsOf(bomb);
  }

  @Test
  void tellsWhatWasUsed() {
    TaskStatus status =
        run(task("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.3").build());
    assertThat(status.use().cpuTime().orElseThrow()).isPositive();
    assertThat(status.use().peakMemoryBytes().orElseThrow()).isPositive();
  }

  @Test
  void plansInFull() {
    Task task =
        Task.of(TaskId.of("planned"), Program.command("run", "it's", "-x"))
            .environment("COLOUR", "blue")
            .secret(Secret.inEnvironment("TOKEN", "s3cret"))
            .build();
    Map<String, String> expected = new TreeMap<>(Map.of("COLOUR", "blue", "TOKEN", Secret.MASK));
    String plan = launcher.plan(task);
    assertThat(plan).contains("run 'it'\\''s' -x");
    expected.forEach((name, value) -> assertThat(plan).contains(name + "=" + value));
    assertThat(launcher.list()).isEmpty();
  }
}
