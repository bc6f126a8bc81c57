package dev.ekiden.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.ekiden.launch.image.ImageCommand;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes the image and runs it in a real Docker Engine; without one it is skipped. */
final class ImageTest {

  private static final Pattern OF_TESTS =
      Pattern.compile(
          "(junit|assertj|archunit|playwright|driver|byte-buddy|opentest4j|apiguardian|testkit)"
              + ".*\\.jar");

  private static final String TAG = "ekiden-image-test:" + ProcessHandle.current().pid();

  @TempDir Path directory;

  @Test
  void theImageRunsTheServerAndTheWorker() throws Exception {
    String host = System.getenv().getOrDefault("EKIDEN_DOCKER_HOST", "unix:///var/run/docker.sock");
    URI address = URI.create(host);
    assumeTrue(
        !address.getScheme().equals("unix") || Files.exists(Path.of(address.getPath())),
        "skipped: no Docker Engine answers at $EKIDEN_DOCKER_HOST or /var/run/docker.sock");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code =
        ImageCommand.run(
            List.of("--tag", TAG, "--main", Main.class.getName(), "--jars", jars().toString()),
            Map.of("EKIDEN_DOCKER_HOST", host),
            new PrintStream(said, true, StandardCharsets.UTF_8));
    // It has run --version on a read-only root, without network and capabilities.
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("Loaded into Docker");
    assertThat(code).isZero();
    try (DockerClient engine = engine(address)) {
      try {
        var configuration = engine.inspectImageCmd(TAG).exec().getConfig();
        assertThat(configuration.getUser()).isEqualTo("10001:10001");
        for (String role : List.of("server", "worker")) {
          assertThat(run(engine, role)).contains("EKIDEN_DATABASE_URL");
        }
      } finally {
        engine.removeImageCmd(TAG).withForce(true).exec();
      }
    }
  }

  private static DockerClient engine(URI address) {
    return DockerClientImpl.getInstance(
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(address.toString())
            .build(),
        new ZerodepDockerHttpClient.Builder().dockerHost(address).build());
  }

  /** What a role says to whoever gives it no database. */
  private static String run(DockerClient engine, String role) throws InterruptedException {
    String container =
        engine
            .createContainerCmd(TAG)
            .withCmd(role)
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withReadonlyRootfs(true)
                    .withTmpFs(Map.of("/tmp", "rw,mode=1777"))
                    .withCapDrop(Capability.ALL)
                    .withNetworkMode("none"))
            .exec()
            .getId();
    StringBuilder said = new StringBuilder();
    engine.startContainerCmd(container).exec();
    engine
        .logContainerCmd(container)
        .withStdOut(true)
        .withStdErr(true)
        .withFollowStream(true)
        .exec(
            new ResultCallback.Adapter<Frame>() {
              @Override
              public void onNext(Frame frame) {
                said.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
              }
            })
        .awaitCompletion();
    engine.removeContainerCmd(container).withForce(true).exec();
    return said.toString();
  }

  /** The jars of the distribution, as far as this test has them; modules may be directories. */
  private Path jars() throws IOException {
    Path jars = Files.createDirectories(directory.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath().normalize();
      String name = path.getFileName().toString();
      if (Files.isRegularFile(path) && !OF_TESTS.matcher(name).matches()) {
        Files.createSymbolicLink(jars.resolve(name), path);
      }
      if (Files.isDirectory(path) && name.equals("classes")) {
        String module = path.getParent().getParent().getFileName().toString();
        jar(path, jars.resolve(module + ".jar"));
      }
    }
    return jars;
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      out.putNextEntry(new JarEntry("META-INF/maven/dev.ekiden/"));
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
  }
}
