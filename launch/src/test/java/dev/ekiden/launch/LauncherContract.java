package dev.ekiden.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ekiden.launch.LogLine.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every launcher does; each has a subclass that says where it launches. */
public abstract class LauncherContract {

  private static final AtomicInteger IDS = new AtomicInteger();
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<Launcher> opened = new ArrayList<>();

  /** The launcher of this test. */
  protected Launcher launcher;

  /** Opens another launcher over the same place. */
  protected abstract Launcher open();

  /** A program that a shell of the place runs. */
  protected abstract Program shell(String script);

  /** A program that is not there. */
  protected abstract Program missing();

  /** How many bytes a program of this test prints that prints much. */
  protected abstract int muchOutput();

  /** The most that is kept of the output of a task. */
  protected abstract int keptOutput();

  /**
   * Whether the log is exact: the beginning of long output is kept and it is told where some was
   * dropped, half a line is shown before it ends, and a last line without line feed gets none.
   */
  protected abstract boolean isLogExact();

  @BeforeEach
  void openLauncher() {
    launcher = another();
  }

  @AfterEach
  void leaveNothing() {
    for (TaskStatus status : launcher.list()) {
      launcher.stop(status.id(), Duration.ZERO);
      Tasks.awaitEnd(launcher, status.id());
      launcher.remove(status.id());
    }
    assertThat(launcher.list()).isEmpty();
    opened.forEach(Launcher::close);
  }

  private Launcher another() {
    Launcher another = open();
    opened.add(another);
    return another;
  }

  protected Task.Builder task(String script) {
    return Task.of(TaskId.of("task-" + IDS.incrementAndGet()), shell(script))
        .resources(new Resources(1000, 256, 200));
  }

  protected TaskStatus run(Task task) {
    launcher.launch(task);
    return Tasks.awaitEnd(launcher, task.id());
  }

  private Ending endingOf(String script) {
    return run(task(script).build()).ending().orElseThrow();
  }

  private String output(TaskId id) {
    return Tasks.text(Tasks.log(launcher, id));
  }

  @Test
  void runsAProgramToItsEnd() {
    Instant before = Instant.now().minusSeconds(2);
    Task task =
        task("echo hello; echo trouble >&2")
            .label("installation", "test")
            .label("attempt", "3")
            .capacityClass(Task.SPOT)
            .build();
    TaskStatus status = run(task);
    assertThat(status.id()).isEqualTo(task.id());
    assertThat(status.labels()).isEqualTo(task.labels());
    assertThat(status.capacityClass()).isEqualTo(Task.SPOT);
    assertThat(status.ending()).contains(new Ending.Exited(0));
    assertThat(status.asked()).isAfter(before);
    assertThat(status.started().orElseThrow()).isBetween(status.asked(), status.ended().get());
    assertThat(launcher.list()).containsExactly(status);
    assertThat(Tasks.log(launcher, task.id()))
        .extracting(LogLine::stream, LogLine::text)
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple(Stream.STDOUT, "hello"),
            org.assertj.core.api.Assertions.tuple(Stream.STDERR, "trouble"));
  }

  @Test
  void tellsTheExitCode() {
    assertThat(endingOf("exit 7")).isEqualTo(new Ending.Exited(7));
  }

  @Test
  void tellsTheSignal() {
    assertThat(endingOf("kill -SEGV $$")).isEqualTo(new Ending.Signaled(11));
  }

  @Test
  void tellsThatMemoryWasShort() {
    Task task = task("x=$(yes)").resources(new Resources(1000, 32, 50)).build();
    assertThat(run(task).ending()).contains(new Ending.OutOfMemory());
  }

  @Test
  void tellsThatAProgramCouldNotBeStarted() {
    Task task = Task.of(TaskId.of("missing"), missing()).build();
    TaskStatus status = run(task);
    assertThat(status.ending().orElseThrow())
        .isInstanceOfSatisfying(
            Ending.CouldNotStart.class,
            ending -> assertThat(ending.reason()).contains("no-such-program"));
    assertThat(status.ended()).isPresent();
  }

  @Test
  void launchesOnlyOnce() {
    Task task = task("echo ran; sleep 60").build();
    launcher.launch(task);
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "ran");
    another().launch(task);
    launcher.stop(task.id(), Duration.ZERO);
    Tasks.awaitEnd(launcher, task.id());
    launcher.launch(task);
    assertThat(launcher.find(task.id()).orElseThrow().hasEnded()).isTrue();
    assertThat(output(task.id())).isEqualTo("ran\n");
  }

  @Test
  void ofTwoLaunchersAtOnceOneStartsTheTask() throws InterruptedException {
    Task task = task("echo ran").build();
    CountDownLatch ready = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Launcher one = another();
      threads.add(
          Thread.startVirtualThread(() -> {
            try {
              ready.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            one.launch(task);
          }));
    }
    ready.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(Tasks.awaitEnd(launcher, task.id()).ending()).contains(new Ending.Exited(0));
    assertThat(launcher.list()).hasSize(1);
    assertThat(output(task.id())).isEqualTo("ran\n");
  }

  @Test
  void anotherLauncherFindsTheTasksAndStopsThem() {
    Task task = task("echo begun; sleep 60").label("fleet", "blue").build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "begun");
    launcher.close();
    Launcher later = another();
    TaskStatus found = later.find(task.id()).orElseThrow();
    assertThat(found.phase()).isEqualTo(new Phase.Running());
    assertThat(found.labels()).isEqualTo(task.labels());
    assertThat(later.list()).containsExactly(found);
    Tasks.awaitOutput(later, task.id(), "begun");
    later.stop(task.id(), Duration.ZERO);
    assertThat(Tasks.awaitEnd(later, task.id()).ending()).contains(new Ending.Signaled(9));
    launcher = later;
  }

  @Test
  void letsAProgramEndInItsGrace() {
    Task task =
        task("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done").build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "ready");
    launcher.stop(task.id(), LONG);
    launcher.stop(task.id(), LONG);
    assertThat(Tasks.awaitEnd(launcher, task.id()).ending()).contains(new Ending.Exited(3));
    assertThat(output(task.id())).contains("ready\n", "bye\n");
  }

  @Test
  void killsAProgramThatIgnoresTheStop() {
    Task task = task("trap '' TERM; echo ready; while :; do sleep 0.05; done").build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "ready");
    launcher.stop(task.id(), LONG);
    launcher.stop(task.id(), Duration.ofMillis(200));
    assertThat(Tasks.awaitEnd(launcher, task.id()).ending()).contains(new Ending.Signaled(9));
  }

  @Test
  void stopsAProgramThatHandlesNothing() {
    Task task = task("echo ready; exec sleep 300").build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "ready");
    launcher.stop(task.id(), LONG);
    assertThat(Tasks.awaitEnd(launcher, task.id()).ending()).contains(new Ending.Signaled(15));
  }

  @Test
  void doesNothingWithTasksThatNobodyKnows() {
    TaskId unknown = TaskId.of("unknown");
    launcher.stop(unknown, Duration.ZERO);
    launcher.remove(unknown);
    assertThat(launcher.find(unknown)).isEmpty();
    assertThat(launcher.result(unknown)).isEmpty();
    assertThatThrownBy(() -> launcher.log(unknown, LogPosition.START, 100))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("unknown");
  }

  @Test
  void refusesAGraceThatIsNone() {
    assertThatThrownBy(() -> launcher.stop(TaskId.of("any"), Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void removesOnlyWhatHasEnded() {
    Task task = task("echo once; exec sleep 60").build();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "once");
    assertThatThrownBy(() -> launcher.remove(task.id()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining(task.id().value());
    launcher.stop(task.id(), Duration.ZERO);
    Tasks.awaitEnd(launcher, task.id());
    launcher.remove(task.id());
    assertThat(launcher.find(task.id())).isEmpty();
    assertThat(launcher.list()).isEmpty();
    launcher.launch(task);
    Tasks.awaitOutput(launcher, task.id(), "once");
  }

  @Test
  void tellsEachChangeInOrder() {
    Task task = task("echo ready; exec sleep 60").build();
    Changes changes = new Changes();
    try (Watch _ = launcher.watch(changes)) {
      launcher.launch(task);
      changes.await(task.id(), status -> status.phase() instanceof Phase.Running);
      Changes late = new Changes();
      try (Watch _ = another().watch(late)) {
        late.await(task.id(), status -> status.phase() instanceof Phase.Running);
      }
      launcher.stop(task.id(), Duration.ZERO);
      changes.await(task.id(), TaskStatus::hasEnded);
    }
    List<Class<?>> phases = new ArrayList<>();
    changes.of(task.id()).forEach(status -> phases.add(status.phase().getClass()));
    assertThat(phases)
        .isSubsetOf(
            Phase.Placing.class, Phase.Starting.class, Phase.Running.class, Phase.Ended.class)
        .endsWith(Phase.Running.class, Phase.Ended.class)
        .doesNotHaveDuplicates();
  }

  @Test
  void pagesALog() {
    Task task = task("i=0; while [ $i -lt 300 ]; do echo \"line $i\"; i=$((i+1)); done").build();
    run(task);
    StringBuilder all = new StringBuilder();
    LogPosition position = LogPosition.START;
    LogPage page;
    do {
      page = launcher.log(task.id(), position, 50);
      assertThat(page.droppedBytes()).isZero();
      page.lines().forEach(line -> all.append(line.text()).append('\n'));
      position = page.next();
    } while (!page.isEnd());
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      expected.append("line ").append(i).append('\n');
    }
    assertThat(all).hasToString(expected.toString());
    assertThat(launcher.log(task.id(), position, 50).lines()).isEmpty();
  }

  @Test
  void followsALogThatGrows() {
    Task task = task("echo one; sleep 0.3; echo two; sleep 0.3; printf three; sleep 60").build();
    launcher.launch(task);
    LogPosition first = Tasks.awaitOutput(launcher, task.id(), "one\n");
    Tasks.awaitOutput(launcher, task.id(), first, "two\n");
    // Half a line is shown when its end does not come.
    if (isLogExact()) {
      Tasks.awaitOutput(launcher, task.id(), "one\ntwo\nthree");
    }
  }

  @Test
  void keepsBytesThatAreNoText() {
    StringBuilder script = new StringBuilder("printf '");
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int value = 0; value < 256; value++) {
      script.append("\\%03o".formatted(value));
      expected.write(value);
    }
    Task task = task(script.append("\\n'").toString()).build();
    run(task);
    expected.write('\n');
    assertThat(Tasks.bytes(Tasks.log(launcher, task.id()))).isEqualTo(expected.toByteArray());
  }

  @Test
  void keepsALineWithoutEnd() {
    Task task = task("head -c 100000 /dev/zero | tr '\\0' x").build();
    run(task);
    String output = Tasks.text(Tasks.log(launcher, task.id()));
    assertThat(isLogExact() ? output : output.strip()).isEqualTo("x".repeat(100_000));
  }

  @Test
  void keepsOnlyPartOfEndlessOutput() {
    int lines = muchOutput() / 100;
    String line = "x".repeat(98);
    Task task = task("echo first; yes " + line + " | head -n " + lines + "; echo last").build();
    assertThat(run(task).ending()).contains(new Ending.Exited(0));
    LogPosition position = LogPosition.START;
    List<LogLine> kept = new ArrayList<>();
    int gaps = 0;
    long bytes = 0;
    LogPage page;
    do {
      page = launcher.log(task.id(), position, 1_000_000);
      gaps += page.droppedBytes() == 0 ? 0 : 1;
      assertThat(page.marker().isEmpty()).isEqualTo(page.droppedBytes() == 0);
      bytes += page.lines().stream().mapToInt(LogLine::length).sum();
      kept.addAll(page.lines());
      position = page.next();
    } while (!page.isEnd());
    assertThat(kept.getLast().text()).isEqualTo("last");
    assertThat(bytes).isLessThanOrEqualTo(keptOutput());
    if (isLogExact()) {
      assertThat(kept.getFirst().text()).isEqualTo("first");
      assertThat(gaps).isEqualTo(1);
    }
  }

  @Test
  void givesBackTheResult() {
    Task task = task("printf 'the result' > \"$EKIDEN_RESULT\"").build();
    run(task);
    assertThat(launcher.result(task.id()).orElseThrow())
        .isEqualTo("the result".getBytes(StandardCharsets.UTF_8));
    Task without = task("true").build();
    run(without);
    assertThat(launcher.result(without.id())).isEmpty();
  }

  @Test
  void limitsTheResult() {
    Task most = task("head -c 1048576 /dev/zero > \"$EKIDEN_RESULT\"").build();
    run(most);
    assertThat(launcher.result(most.id()).orElseThrow()).hasSize(Launcher.MAX_RESULT_BYTES);
    Task more = task("head -c 1048577 /dev/zero > \"$EKIDEN_RESULT\"").build();
    run(more);
    assertThatThrownBy(() -> launcher.result(more.id()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("1048576");
    Task other = task("mkdir \"$EKIDEN_RESULT\"").build();
    run(other);
    assertThatThrownBy(() -> launcher.result(other.id()))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("not a file");
  }

  @Test
  void givesAProgramItsEnvironmentAndSecrets() {
    Task task =
        task("echo $EKIDEN_TASK $COLOUR $TOKEN $(cat $KEY_FILE) $(pwd)")
            .environment("COLOUR", "blue")
            .secret(Secret.inEnvironment("TOKEN", "s3cret"))
            .secret(Secret.inFile("KEY", "hidden"))
            .workingDirectory("/tmp")
            .build();
    run(task);
    assertThat(output(task.id())).isEqualTo(task.id() + " blue s3cret hidden /tmp\n");
    assertThat(launcher.plan(task))
        .contains("blue", Secret.MASK)
        .doesNotContain("s3cret")
        .doesNotContain("hidden");
    assertThat(task.toString()).doesNotContain("s3cret").doesNotContain("hidden");
    assertThat(launcher.list().toString()).doesNotContain("s3cret").doesNotContain("hidden");
  }

  @Test
  void waitsForAProgramThatClosedItsOutput() {
    assertThat(endingOf("exec >&- 2>&-; sleep 0.3; exit 5")).isEqualTo(new Ending.Exited(5));
  }

  @Test
  void leavesNoGrandchildrenBehind() {
    Task task = task("setsid sh -c 'while :; do sleep 0.05; done' & echo started; exit 4").build();
    assertThat(run(task).ending()).contains(new Ending.Exited(4));
    assertNothingRunsOf(task);
  }

  /** Fails if a process of the task is there. */
  protected abstract void assertNothingRunsOf(Task task);
}
