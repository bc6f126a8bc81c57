package dev.ekiden.launch.image;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.ekiden.launch.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An image in a Docker Engine, which runs.
 *
 * @param start from the start of a container to the end of {@code --version} in it
 * @param version what that printed
 */
record LoadedImage(Duration start, String version) {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * Loads an image from its file and tries it: without a network, on a read-only root, with no
   * capability.
   *
   * @throws LaunchException if it does not run
   */
  static LoadedImage load(DockerClient engine, String name, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      engine.loadImageCmd(in).exec();
    }
    String container =
        engine
            .createContainerCmd(name)
            .withCmd("--version")
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withReadonlyRootfs(true)
                    .withTmpFs(Map.of("/tmp", "rw,mode=1777"))
                    .withCapDrop(Capability.ALL)
                    .withSecurityOpts(List.of("no-new-privileges"))
                    .withNetworkMode("none"))
            .exec()
            .getId();
    try {
      long before = System.nanoTime();
      engine.startContainerCmd(container).exec();
      Integer code =
          engine
              .waitContainerCmd(container)
              .start()
              .awaitStatusCode(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Duration start = Duration.ofNanos(System.nanoTime() - before);
      String printed = printed(engine, container);
      if (code == null || code != 0) {
        throw new LaunchException("The image " + name + " does not run: " + printed);
      }
      return new LoadedImage(start, printed);
    } finally {
      engine.removeContainerCmd(container).withForce(true).exec();
    }
  }

  private static String printed(DockerClient engine, String container) {
    StringBuilder text = new StringBuilder();
    try {
      engine
          .logContainerCmd(container)
          .withStdOut(true)
          .withStdErr(true)
          .exec(
              new ResultCallback.Adapter<Frame>() {
                @Override
                public void onNext(Frame frame) {
                  text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                }
              })
          .awaitCompletion(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LaunchException("Interrupted while reading a log", e);
    }
    return text.toString().strip();
  }
}
