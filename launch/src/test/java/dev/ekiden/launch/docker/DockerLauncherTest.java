package dev.ekiden.launch.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LauncherContract;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Network;
import dev.ekiden.launch.Program;
import dev.ekiden.launch.Resources;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.Tasks;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs on a real Docker Engine; without one it is skipped. */
final class DockerLauncherTest extends LauncherContract {

  private static final AtomicInteger INSTALLATIONS = new AtomicInteger();
  private static final int LOG_BYTES = 1024 * 1024;

  private final DockerOptions options =
      DockerOptions.of("t" + ProcessHandle.current().pid() + "-" + INSTALLATIONS.incrementAndGet())
          .withEngine(engine().address())
          .withLogBytes(LOG_BYTES)
          .withTemporaryMib(8);

  @BeforeAll
  static void needsAnEngine() {
    assumeTrue(
        DockerEngine.get().isPresent(),
        "skipped: no Docker Engine answers at $EKIDEN_DOCKER_HOST or /var/run/docker.sock");
  }

  private static DockerEngine engine() {
    return DockerEngine.get().orElseThrow();
  }

  @Override
  protected Launcher open() {
    return DockerLauncher.connect(options);
  }

  @Override
  protected Program shell(String script) {
    return Program.image(DockerEngine.IMAGE, "sh", "-c", script);
  }

  @Override
  protected Program missing() {
    return Program.image(DockerEngine.IMAGE, "no-such-program");
  }

  @Override
  protected int muchOutput() {
    return 10_000_000;
  }

  @Override
  protected int keptOutput() {
    return LOG_BYTES;
  }

  @Override
  protected boolean isLogExact() {
    return false;
  }

  @Override
  protected void assertNothingRunsOf(Task task) {
    assertThat(inspect(task).getState().getRunning()).isFalse();
  }

  private InspectContainerResponse inspect(Task task) {
    return engine()
        .client()
        .inspectContainerCmd(ContainerRequest.containerName(options, task.id().value()))
        .exec();
  }

  private String printed(String script) {
    Task task = task(script).build();
    run(task);
    return Tasks.text(Tasks.log(launcher, task.id()));
  }

  @Test
  void shutsAProgramIn() {
    Task task =
        task("exec 2>&1; id -u; id -g; echo x > /file; echo x > /tmp/file && echo written; cat /proc/self/status")
            .resources(new Resources(500, 64, 20))
            .network(Network.none())
            .build();
    run(task);
    String output = Tasks.text(Tasks.log(launcher, task.id()));
    assertThat(output)
        .contains("10001\n10001\n", "Read-only file system", "written\n")
        .containsPattern("NoNewPrivs:\\s+1")
        .containsPattern("Seccomp:\\s+2")
        .containsPattern("CapBnd:\\s+0000000000000000")
        .containsPattern("CapEff:\\s+0000000000000000");
    var host = inspect(task).getHostConfig();
    assertThat(host.getNetworkMode()).isEqualTo("none");
    assertThat(host.getNanoCPUs()).isEqualTo(500_000_000L);
    assertThat(host.getMemory()).isEqualTo(64L * 1024 * 1024);
    assertThat(host.getMemorySwap()).isEqualTo(host.getMemory());
    assertThat(host.getPidsLimit()).isEqualTo(20L);
  }

  @Test
  void holdsAForkBomb() {
    Task proof =
        task("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; wait")
            .resources(new Resources(500, 64, 6))
            .build();
    launcher.launch(proof);
    Tasks.awaitUntil(
        "the limit has held", () -> Tasks.text(Tasks.log(launcher, proof.id())).contains("fork"));
    Task bomb =
        task("bomb() { bomb | bomb & }; bomb; sleep 300")
            .resources(new Resources(500, 64, 20))
            .build();
    launcher.launch(bomb);
    Tasks.awaitOutput(launcher, bomb.id(), "fork");
    launcher.stop(bomb.id(), Duration.ZERO);
    Tasks.awaitEnd(launcher, bomb.id());
    assertNothingRunsOf(bomb);
  }

  @Test
  void boundsWhatAProgramMayWriteToItsDisk() {
    assertThat(printed("head -c 20000000 /dev/zero > /tmp/much || echo refused"))
        .contains("No space left on device", "refused");
    assertThat(printed("head -c 20000000 /dev/zero > \"$EKIDEN_RESULT\" || echo refused"))
        .contains("File size limit exceeded", "refused");
  }

  @Test
  void saysThatThereIsNoImage() {
    Task task = Task.of(TaskId.of("no-image"), Program.image("localhost:1/no/such:1")).build();
    assertThatThrownBy(() -> launcher.launch(task))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("localhost:1/no/such:1");
    assertThat(launcher.list()).isEmpty();
  }

  @Test
  void refusesWhatHasNoImage() {
    Task task = Task.of(TaskId.of("command"), Program.command("true")).build();
    assertThatThrownBy(() -> launcher.launch(task))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("image");
  }

  @Test
  void saysThatNoEngineAnswers() {
    DockerOptions nowhere = options.withEngine(URI.create("unix:///no/such.sock"));
    assertThatThrownBy(() -> DockerLauncher.connect(nowhere))
        .isInstanceOf(LaunchException.class)
        .hasMessageContaining("/no/such.sock");
  }

  @Test
  void seesOnlyItsOwnInstallation() {
    Task task = task("true").build();
    run(task);
    DockerOptions others = DockerOptions.of("other").withEngine(options.engine());
    try (Launcher other = DockerLauncher.connect(others)) {
      assertThat(other.find(task.id())).isEmpty();
      assertThat(other.list()).noneMatch(status -> status.id().equals(task.id()));
    }
  }

  @Test
  void removesTheVolumeToo() {
    Task task = task("true").build();
    run(task);
    String volume = inspect(task).getMounts().getFirst().getName();
    launcher.remove(task.id());
    assertThatThrownBy(() -> engine().client().inspectVolumeCmd(volume).exec())
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void tellsAnEndAsSignalWhereTheEngineKnowsNoBetter() {
    assertThat(run(task("exit 143").build()).ending()).contains(new Ending.Signaled(15));
    assertThat(run(task("exit 128").build()).ending()).contains(new Ending.Exited(128));
  }

  @Test
  void anEntryPointStaysWhereItIsWanted() throws IOException {
    String image = DockerEngine.IMAGE + "-entry";
    engine().makeImage(image, "echo it got \"$@\"");
    Task task =
        Task.of(TaskId.of("entry-point"), new Program.Image(image, List.of("a", "b c"), true))
            .network(Network.none())
            .build();
    assertThat(run(task).ending()).contains(new Ending.Exited(0));
    assertThat(launcher.log(task.id(), LogPosition.START, 1_000).lines())
        .extracting(LogLine::text)
        .containsExactly("it got a b c");
  }

  @Test
  void plansTheExactRequest() {
    Task task =
        task("true").secret(Secret.inEnvironment("TOKEN", "s3cret")).label("fleet", "blue").build();
    assertThat(launcher.plan(task))
        .contains(
            "POST /containers/create?name=ekiden-" + options.installation() + "-" + task.id(),
            "\"ReadonlyRootfs\" : true",
            "\"PidsLimit\" : 200",
            "\"dev.ekiden.label.fleet\" : \"blue\"",
            "TOKEN=" + Secret.MASK)
        .doesNotContain("s3cret");
    assertThat(launcher.list()).isEmpty();
  }
}
