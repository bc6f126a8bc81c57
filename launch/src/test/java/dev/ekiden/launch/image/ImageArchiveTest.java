package dev.ekiden.launch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ekiden.launch.LaunchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageArchiveTest {

  @TempDir Path directory;

  private Layer layer() throws IOException {
    Path tree = Files.createDirectories(directory.resolve("tree/bin"));
    Path program = Files.writeString(tree.resolve("java"), "program");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(directory.resolve("tree/release"), "text");
    return new Layer("system")
        .tree("/opt/java", directory.resolve("tree"))
        .shared("/tmp")
        .directory("/proc")
        .text("/etc/group", "root:x:0:\n");
  }

  private static Map<String, byte[]> files(Path tar) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(tar);
        TarArchiveInputStream archive = new TarArchiveInputStream(in)) {
      TarArchiveEntry entry = archive.getNextEntry();
      while (entry != null) {
        files.put("%o %s".formatted(entry.getMode(), entry.getName()), archive.readAllBytes());
        assertThat(entry.getLongUserId()).isZero();
        entry = archive.getNextEntry();
      }
    }
    return files;
  }

  @Test
  void theSameFilesMakeTheSameLayer() throws IOException {
    Layer.Written first = layer().write(directory.resolve("first.tar"));
    Layer.Written second = layer().write(directory.resolve("second.tar"));
    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(second.file()).hasSameBinaryContentAs(first.file());
    assertThat(files(first.file()).keySet())
        .containsExactly(
            "40755 etc/",
            "100644 etc/group",
            "40755 opt/",
            "40755 opt/java/",
            "40755 opt/java/bin/",
            "100755 opt/java/bin/java",
            "100644 opt/java/release",
            "40755 proc/",
            "41777 tmp/");
  }

  @Test
  void tellsAnEngineWhatToRun() throws IOException {
    Layer.Written layer = layer().write(directory.resolve("layer.tar"));
    ImageArchive archive =
        new ImageArchive(
            "ekiden:1", List.of(layer), List.of("/opt/java/bin/java"), Map.of("A", "b"), "1:1");
    Path file = directory.resolve("image.tar");
    String id = archive.write(file);
    assertThat(archive.write(directory.resolve("again.tar"))).isEqualTo(id);
    Map<String, byte[]> files = files(file);
    ObjectMapper json = new ObjectMapper();
    JsonNode manifest = json.readTree(files.get("100644 manifest.json")).path(0);
    assertThat(manifest.path("RepoTags").path(0).asText()).isEqualTo("ekiden:1");
    assertThat(files).containsKey("100644 " + manifest.path("Layers").path(0).asText());
    JsonNode configuration = json.readTree(files.get("100644 " + manifest.path("Config").asText()));
    assertThat(configuration.path("config").path("User").asText()).isEqualTo("1:1");
    assertThat(configuration.at("/config/Env/0").asText()).isEqualTo("A=b");
    assertThat(configuration.at("/rootfs/diff_ids/0").asText())
        .isEqualTo("sha256:" + layer.digest());
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertThat(run("--help")).startsWith("0 ").contains("--output image.tar");
    assertThat(run("--size")).startsWith("2 ").contains("--tag NAME and --output FILE");
    assertThat(run("--tag")).startsWith("2 ").contains("a value is missing behind --tag");
    assertThat(run("--jars", directory.toString(), "--output", directory + "/x.tar"))
        .startsWith("1 ")
        .contains("There are no jars in " + directory);
    assertThatThrownBy(() -> Tool.run(List.of("false"))).isInstanceOf(LaunchException.class);
  }

  private static String run(String... arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        ImageCommand.run(
            List.of(arguments), Map.of(), new PrintStream(out, true, StandardCharsets.UTF_8));
    return code + " " + out.toString(StandardCharsets.UTF_8);
  }
}
