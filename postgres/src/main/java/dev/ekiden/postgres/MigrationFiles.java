package dev.ekiden.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The migrations of a module as this build carries them: {@code
 * dev/ekiden/<module>/migration/V1__what_it_does.sql} and so on, without gaps.
 *
 * <p>A build works on the newest schema it knows. If it also works on older ones, the file {@code
 * supported.properties} beside the migrations says from which on ({@code oldest = 3}).
 *
 * @param oldest the oldest version that this build's code works on
 * @param newest the version that the migrations lead to
 */
record MigrationFiles(String module, int oldest, int newest) {

  private static final Pattern NAME = Pattern.compile("V(\\d{1,6})__\\w+\\.sql");
  private static final String SUPPORTED = "supported.properties";

  static String directory(String module) {
    return "dev/ekiden/" + module + "/migration";
  }

  /** The caller's, where the modules usually are, unless only ours sees the module. */
  static ClassLoader classLoader(String module) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context != null && context.getResource(directory(module)) != null
        ? context
        : MigrationFiles.class.getClassLoader();
  }

  static MigrationFiles of(String module) {
    int newest = newest(module);
    return new MigrationFiles(module, oldest(module, newest), newest);
  }

  /** For people: {@code 3} or {@code 2 to 3}. */
  String range() {
    return oldest == newest ? String.valueOf(newest) : oldest + " to " + newest;
  }

  private static int newest(String module) {
    List<Integer> versions =
        names(module).stream()
            .filter(name -> name.endsWith(".sql"))
            .map(name -> version(module, name))
            .sorted()
            .toList();
    for (int index = 0; index < versions.size(); index++) {
      if (versions.get(index) != index + 1) {
        throw new IllegalStateException(
            "The migrations in " + directory(module) + " are not V1, V2, … but " + versions);
      }
    }
    return versions.size();
  }

  private static int version(String module, String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalStateException(
          "A migration is named like V1__what_it_does.sql, not " + directory(module) + "/" + name);
    }
    return Integer.parseInt(matcher.group(1));
  }

  private static int oldest(String module, int newest) {
    String file = directory(module) + "/" + SUPPORTED;
    try (InputStream stream = classLoader(module).getResourceAsStream(file)) {
      if (stream == null) {
        return newest;
      }
      Properties properties = new Properties();
      properties.load(stream);
      int oldest = Integer.parseInt(properties.getProperty("oldest", "").strip());
      if (oldest < 1 || oldest > newest) {
        throw new IllegalStateException(
            "oldest must be 1 to " + newest + " but is " + oldest + " in " + file);
      }
      return oldest;
    } catch (NumberFormatException e) {
      throw new IllegalStateException("oldest must be a number in " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  private static List<String> names(String module) {
    URL url = classLoader(module).getResource(directory(module));
    if (url == null) {
      throw new IllegalArgumentException(
          "There is no module " + module + ": " + directory(module) + " is not on the class path");
    }
    try {
      URLConnection connection = url.openConnection();
      return connection instanceof JarURLConnection jar
          ? namesInJar(jar, directory(module) + "/")
          : namesInDirectory(Path.of(url.toURI()));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + url, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot read " + url, e);
    }
  }

  private static List<String> namesInJar(JarURLConnection connection, String prefix)
      throws IOException {
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      return jar.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.startsWith(prefix) && name.length() > prefix.length())
          .map(name -> name.substring(prefix.length()))
          .toList();
    }
  }

  private static List<String> namesInDirectory(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
