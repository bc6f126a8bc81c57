package dev.ekiden.launch.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java with just the modules that some jars use.
 *
 * @param jdk that it is made of
 */
record JavaRuntime(Path jdk) {

  /**
   * What nobody names in a class file: other character sets, Japanese and English texts, beans of
   * the virtual machine, names from DNS, archives as file systems, events for a profiler.
   */
  private static final List<String> ALSO =
      List.of(
          "java.logging",
          "jdk.charsets",
          "jdk.jfr",
          "jdk.localedata",
          "jdk.management",
          "jdk.naming.dns",
          "jdk.unsupported",
          "jdk.zipfs");

  private static final Pattern LIBRARY = Pattern.compile("(?:=> )?(/\\S+) \\(0x[0-9a-f]+\\)");

  /** What the C library loads when a name is looked up. */
  private static final List<String> LOADED_LATER =
      List.of("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2");

  /** The modules that jars use, as far as their classes tell, and a few more. */
  Set<String> modules(List<Path> jars) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-J-XX:TieredStopAtLevel=1",
                "--multi-release",
                Integer.toString(Runtime.version().feature()),
                "--ignore-missing-deps",
                "--print-module-deps"));
    jars.forEach(jar -> arguments.add(jar.toString()));
    String printed = Tool.jdk(jdk, "jdeps", arguments).strip();
    Set<String> modules = new TreeSet<>(ALSO);
    // What it warns of comes first.
    modules.addAll(List.of(printed.substring(printed.lastIndexOf('\n') + 1).split(",")));
    return modules;
  }

  /** Makes the runtime in a directory that is not there yet. */
  void link(Set<String> modules, Path target) throws IOException {
    Tool.jdk(
        jdk,
        "jlink",
        List.of(
            "--add-modules",
            String.join(",", modules),
            "--no-header-files",
            "--no-man-pages",
            "--include-locales=en,ja",
            "--generate-cds-archive",
            "--output",
            target.toString()));
    // For heaps of more than 32 GB; nobody has that in a container of this.
    Files.deleteIfExists(target.resolve("lib/server/classes_nocoops.jsa"));
    // Some packages of the JDK have a link here, to a file of theirs.
    Path certificates = target.resolve("lib/security/cacerts");
    Files.deleteIfExists(certificates);
    Files.copy(
        jdk.resolve("lib/security/cacerts").toRealPath(),
        certificates,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The libraries of this machine that a runtime needs, where programs look for them.
   *
   * @param runtime a runtime on this machine
   */
  static Set<Path> libraries(Path runtime) throws IOException {
    Set<Path> found = new TreeSet<>();
    List<Path> programs = new ArrayList<>(List.of(runtime.resolve("bin/java")));
    try (Stream<Path> files = Files.walk(runtime.resolve("lib"))) {
      files.filter(file -> file.toString().endsWith(".so")).forEach(programs::add);
    }
    for (Path program : programs) {
      Matcher library = LIBRARY.matcher(Tool.run(List.of("ldd", program.toString())));
      while (library.find()) {
        Path path = Path.of(library.group(1)).normalize();
        if (!path.startsWith(runtime)) {
          found.add(path);
        }
      }
    }
    for (Path library : List.copyOf(found)) {
      if (library.getFileName().toString().startsWith("libc.so")) {
        LOADED_LATER.stream()
            .map(library::resolveSibling)
            .filter(Files::exists)
            .forEach(found::add);
      }
    }
    return found;
  }
}
