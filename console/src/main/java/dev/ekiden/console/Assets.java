package dev.ekiden.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files for browsers that lie in folders of the class path. Below {@code webjars/} it has those of
 * the WebJars on the class path, {@code webjars/lit/3.3.2/index.js}; below {@code design/} the
 * design system. Files of jars are read once; those of plain directories again when they were
 * changed, so that they can be edited while a server runs. Immutable and thread-safe.
 *
 * <pre>{@code
 * Assets assets = Assets.in("dev/ekiden/calendar/booking");
 * Optional<Asset> page = assets.find("index.html");
 * }</pre>
 */
public final class Assets {
  private static final String WEBJARS = "webjars/";

  /** Cannot lead out of its folder: no empty names, no dots at the front of one. */
  private static final Pattern PATH = Pattern.compile("(?:[\\w@-][\\w@.-]*/)*[\\w@-][\\w@.-]*");

  /** A folder of a WebJar may be called chart.js; its files are in one named by the version. */
  private static final Pattern IN_WEBJAR = Pattern.compile(WEBJARS + "[^/]+/\\d[^/]*/.+");

  private final ClassLoader loader;
  private final Map<String, String> folders;
  private final Map<String, Known> cache = new ConcurrentHashMap<>();

  /** Of which state of its file, null for that of a jar, an asset is. */
  private record Known(Asset asset, @Nullable Path file, FileTime changed) {
    boolean isCurrent() throws IOException {
      return file == null || changed.equals(Files.getLastModifiedTime(file));
    }
  }

  private Assets(ClassLoader loader, Map<String, String> folders) {
    this.loader = loader;
    this.folders = folders;
  }

  /** The files of a folder, the design system and WebJars. */
  public static Assets in(String folder) {
    return in(Assets.class.getClassLoader(), folder);
  }

  static Assets in(ClassLoader loader, String folder) {
    Map<String, String> folders = new LinkedHashMap<>();
    folders.put(WEBJARS, "META-INF/resources/webjars/");
    folders.put("design/", "dev/ekiden/console/design/");
    folders.put("", folder + "/");
    return new Assets(loader, folders);
  }

  /** The console's own. */
  public static Assets ofConsole() {
    return in("dev/ekiden/console/site");
  }

  /**
   * Finds a file.
   *
   * @param path without a leading slash, already decoded; whatever is no plain path to a file of a
   *     known kind is not found
   */
  public Optional<Asset> find(String path) {
    Known known = cache.get(path);
    if (known != null && isCurrent(known)) {
      return Optional.of(known.asset());
    }
    if (!PATH.matcher(path).matches()
        || (path.startsWith(WEBJARS) && !IN_WEBJAR.matcher(path).matches())) {
      return Optional.empty();
    }
    return AssetType.ofName(path).flatMap(type -> read(path, type));
  }

  /** A file that must be there. */
  public Asset get(String path) {
    return find(path)
        .orElseThrow(() -> new IllegalArgumentException("there is no asset '" + path + "'"));
  }

  private Optional<Asset> read(String path, AssetType type) {
    URL url = loader.getResource(resource(path));
    if (url == null) {
      return Optional.empty();
    }
    Path file = url.getProtocol().equals("file") ? Path.of(URI.create(url.toString())) : null;
    try (InputStream in = url.openStream()) {
      // The time comes first: what is changed while it is read is read again.
      FileTime changed = file == null ? FileTime.fromMillis(0) : Files.getLastModifiedTime(file);
      Asset asset = new Asset(in.readAllBytes(), type, path.startsWith(WEBJARS));
      cache.put(path, new Known(asset, file, changed));
      return Optional.of(asset);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the asset '" + path + "'", e);
    }
  }

  /** A file that is gone is not: it is looked for again. */
  private static boolean isCurrent(Known known) {
    try {
      return known.isCurrent();
    } catch (IOException e) {
      return false;
    }
  }

  private String resource(String path) {
    for (Map.Entry<String, String> folder : folders.entrySet()) {
      if (path.startsWith(folder.getKey())) {
        return folder.getValue() + path.substring(folder.getKey().length());
      }
    }
    throw new AssertionError("the last folder has every path");
  }
}
