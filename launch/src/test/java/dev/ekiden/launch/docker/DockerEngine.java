package dev.ekiden.launch.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A real Docker Engine for tests, with an image made of programs of this machine. */
public record DockerEngine(URI address, DockerClient client) {

  public static final String IMAGE = "ekiden-launch-test";

  private static final List<String> PROGRAMS =
      List.of("sh", "cat", "head", "mkdir", "seq", "setsid", "sleep", "tr", "true", "yes", "id");
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");
  private static final Optional<DockerEngine> FOUND = find();

  /** The engine at {@code $EKIDEN_DOCKER_HOST}, else of this machine, if one answers. */
  public static Optional<DockerEngine> get() {
    return FOUND;
  }

  private static Optional<DockerEngine> find() {
    String host = System.getenv("EKIDEN_DOCKER_HOST");
    URI address = URI.create(host == null ? "unix:///var/run/docker.sock" : host);
    if (address.getScheme().equals("unix") && !Files.exists(Path.of(address.getPath()))) {
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
    } catch (RuntimeException e) {
      return Optional.empty();
    }
    DockerEngine engine = new DockerEngine(address, client);
    try {
      engine.makeImage();
    } catch (IOException e) {
      throw new AssertionError("Cannot make an image of this machine's programs", e);
    }
    return Optional.of(engine);
  }

  /**
   * Makes the same image with an entry point.
   *
   * @param script of a shell, whose parameters are the arguments of a task
   */
  public void makeImage(String tag, String script) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      String file =
          "FROM %s\nENTRYPOINT [\"/bin/sh\", \"/entry\"]\nCOPY entry /entry\n".formatted(IMAGE);
      add(tar, "Dockerfile", file.getBytes(StandardCharsets.UTF_8));
      add(tar, "entry", script.getBytes(StandardCharsets.UTF_8));
    }
    build(tag, bytes);
  }

  private void makeImage() throws IOException {
    Set<Path> files = new TreeSet<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "Dockerfile", "FROM scratch\nCOPY root /\n".getBytes(StandardCharsets.UTF_8));
      for (String name : PROGRAMS) {
        Path program = which(name);
        add(tar, "root/bin/" + name, Files.readAllBytes(program));
        files.addAll(libraries(program));
      }
      for (Path library : files) {
        add(tar, "root" + library, Files.readAllBytes(library));
      }
      TarArchiveEntry temporary = new TarArchiveEntry("root/tmp/");
      temporary.setMode(041777);
      tar.putArchiveEntry(temporary);
      tar.closeArchiveEntry();
    }
    build(IMAGE, bytes);
  }

  private void build(String tag, ByteArrayOutputStream context) {
    client
        .buildImageCmd(new ByteArrayInputStream(context.toByteArray()))
        .withTags(Set.of(tag))
        .withRemove(true)
        .start()
        .awaitImageId();
  }

  private static Path which(String name) throws IOException {
    for (String directory : List.of("/bin", "/usr/bin")) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new IOException("There is no " + name + " on this machine");
  }

  private static Set<Path> libraries(Path program) throws IOException {
    Process ldd = new ProcessBuilder("ldd", program.toString()).start();
    String output = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Set<Path> libraries = new TreeSet<>();
    Matcher matcher = LIBRARY.matcher(output);
    while (matcher.find()) {
      libraries.add(Path.of(matcher.group(1)));
    }
    return libraries;
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(0100755);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
