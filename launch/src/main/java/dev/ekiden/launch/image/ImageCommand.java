package dev.ekiden.launch.image;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.ekiden.launch.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * {@code ./ekiden image}: makes the image and loads it into the Docker Engine of this machine;
 * where none answers, or a file is asked for, it is in the file.
 */
public final class ImageCommand {

  private static final String HELP =
      """
      ekiden image: makes Ekiden's own container image, without any registry.

        ./ekiden image                      make ekiden:VERSION and load it into Docker
        ./ekiden image --tag mine:1         under another name
        ./ekiden image --output image.tar   write a file for `docker load`, and load nothing

      Without a Docker Engine (at $EKIDEN_DOCKER_HOST, $DOCKER_HOST or /var/run/docker.sock) the file is
      ./ekiden-image.tar. The image runs `ekiden server`, `ekiden worker` and every other verb, as user
      10001, on a read-only root with a writable /tmp.
      """;

  private static final Path FILE = Path.of("ekiden-image.tar");
  private static final String SOCKET = "unix:///var/run/docker.sock";
  private static final int USAGE = 2;

  /**
   * What was asked for.
   *
   * @param tag the name of the image
   * @param output the file to write, if one is asked for
   * @param jars the directory of all jars
   * @param main the class that the image runs
   */
  private record Asked(String tag, Optional<Path> output, Path jars, String main) {}

  private ImageCommand() {}

  /**
   * Runs the command.
   *
   * @param arguments as on the command line; the launcher adds what the image is to run
   */
  public static void main(String[] arguments) throws IOException {
    System.exit(run(Arrays.asList(arguments), System.getenv(), System.out));
  }

  /**
   * Runs the command without ending the process.
   *
   * @param environment in which an engine may be named
   * @param out for what a person is told
   * @return the exit code: 0, 1 if no image could be made, 2 if the arguments are wrong
   */
  public static int run(List<String> arguments, Map<String, String> environment, PrintStream out)
      throws IOException {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(HELP);
      return 0;
    }
    Asked asked;
    try {
      asked = asked(arguments.iterator());
    } catch (IllegalArgumentException e) {
      out.println("ekiden: " + e.getMessage());
      return USAGE;
    }
    try {
      make(asked, environment, out);
      return 0;
    } catch (LaunchException e) {
      out.println("ekiden: " + e.getMessage());
      return 1;
    }
  }

  private static Asked asked(Iterator<String> arguments) {
    String tag = null;
    Optional<Path> output = Optional.empty();
    Path jars = besideOurs();
    String main = "";
    while (arguments.hasNext()) {
      String name = arguments.next();
      if (!List.of("--tag", "--output", "--jars", "--main").contains(name)) {
        throw new IllegalArgumentException("image takes --tag NAME and --output FILE, not " + name);
      }
      if (!arguments.hasNext()) {
        throw new IllegalArgumentException("a value is missing behind " + name);
      }
      String value = arguments.next();
      switch (name) {
        case "--tag" -> tag = value;
        case "--output" -> output = Optional.of(Path.of(value));
        case "--jars" -> jars = Path.of(value);
        default -> main = value;
      }
    }
    return new Asked(tag == null ? "ekiden:" + version() : tag, output, jars, main);
  }

  /** The directory of the jar that this class is in: all others are there too. */
  private static Path besideOurs() {
    try {
      Path ours =
          Path.of(ImageCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Objects.requireNonNull(ours.getParent());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Java names places that it cannot read", e);
    }
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in =
        ImageCommand.class.getResourceAsStream(
            "/META-INF/maven/dev.ekiden/launch/pom.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "development");
  }

  private static void make(Asked asked, Map<String, String> environment, PrintStream out)
      throws IOException {
    Path work = Files.createTempDirectory("ekiden-image");
    Optional<DockerClient> engine =
        asked.output().isPresent() ? Optional.empty() : engine(environment);
    try {
      Path file =
          asked.output().orElseGet(() -> engine.isPresent() ? work.resolve("image.tar") : FILE);
      EkidenImage.Made made =
          new EkidenImage(asked.tag(), asked.jars(), asked.main())
              .make(Path.of(System.getProperty("java.home")), work, file);
      for (Layer.Written layer : made.layers()) {
        out.println(line(layer.name(), layer.bytes()));
      }
      out.println(line("all of it", Files.size(file)));
      if (engine.isPresent()) {
        LoadedImage loaded = LoadedImage.load(engine.get(), asked.tag(), file);
        out.println(
            "%-24s %7d ms  until --version is printed, in a container"
                .formatted("start", loaded.start().toMillis()));
        out.println("Loaded into Docker: docker run --rm " + asked.tag() + " --help");
      } else {
        out.println("Written to " + file + ": docker load -i " + file);
      }
    } finally {
      if (engine.isPresent()) {
        engine.get().close();
      }
      delete(work);
    }
  }

  private static String line(String name, long bytes) {
    return String.format(Locale.ROOT, "%-24s %7.1f MB", name, bytes / 1e6);
  }

  /** The Docker Engine of this machine, if one answers. */
  private static Optional<DockerClient> engine(Map<String, String> environment) {
    URI address =
        URI.create(
            environment.getOrDefault(
                "EKIDEN_DOCKER_HOST", environment.getOrDefault("DOCKER_HOST", SOCKET)));
    if ("unix".equals(address.getScheme()) && !Files.exists(Path.of(address.getPath()))) {
      return Optional.empty();
    }
    DockerClient client =
        DockerClientImpl.getInstance(
            DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.toString())
                .build(),
            new ZerodepDockerHttpClient.Builder().dockerHost(address).build());
    try {
      client.pingCmd().exec();
      return Optional.of(client);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
