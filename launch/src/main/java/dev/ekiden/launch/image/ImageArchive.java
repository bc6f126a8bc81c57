package dev.ekiden.launch.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image as one file that {@code docker load} and its relatives read.
 *
 * @param name with its tag
 * @param layers from the lowest
 * @param entryPoint what runs
 * @param environment of it
 * @param user that it runs as
 */
record ImageArchive(
    String name,
    List<Layer.Written> layers,
    List<String> entryPoint,
    Map<String, String> environment,
    String user) {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CREATED = "1970-01-01T00:00:00Z";

  /** Writes the file; returns the id of the image. */
  String write(Path file) throws IOException {
    byte[] configuration = MAPPER.writeValueAsBytes(configuration());
    String id = HexFormat.of().formatHex(Layer.sha256().digest(configuration));
    List<String> files = layers.stream().map(ImageArchive::file).toList();
    byte[] manifest =
        MAPPER.writeValueAsBytes(
            List.of(
                new TreeMap<>(
                    Map.of("Config", id + ".json", "RepoTags", List.of(name), "Layers", files))));
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(file), StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Layer.Written layer : layers) {
        TarArchiveEntry entry = new TarArchiveEntry(file(layer));
        entry.setSize(layer.bytes());
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        try (InputStream in = Files.newInputStream(layer.file())) {
          in.transferTo(tar);
        }
        tar.closeArchiveEntry();
      }
      add(tar, id + ".json", configuration);
      add(tar, "manifest.json", manifest);
    }
    return id;
  }

  private static String file(Layer.Written layer) {
    return layer.digest() + "/layer.tar";
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private Map<String, Object> configuration() {
    Map<String, Object> runs = new TreeMap<>();
    runs.put("User", user);
    runs.put("Env", environment.entrySet().stream().map(one -> one.toString()).sorted().toList());
    runs.put("Entrypoint", entryPoint);
    runs.put("Cmd", List.of("--help"));
    runs.put("WorkingDir", "/tmp");
    Map<String, Object> configuration = new TreeMap<>();
    configuration.put("architecture", architecture());
    configuration.put("os", "linux");
    configuration.put("created", CREATED);
    configuration.put("config", runs);
    configuration.put(
        "rootfs",
        new TreeMap<>(
            Map.of(
                "type",
                "layers",
                "diff_ids",
                layers.stream().map(layer -> "sha256:" + layer.digest()).toList())));
    configuration.put(
        "history",
        layers.stream()
            .map(layer ->
                new TreeMap<>(Map.of("created", CREATED, "created_by", "ekiden: " + layer.name())))
            .toList());
    return configuration;
  }

  private static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64", "arm64" -> "arm64";
      default -> name;
    };
  }
}
