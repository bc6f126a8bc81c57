package dev.ekiden.fleet.yaml;

import dev.ekiden.fleet.Times;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The fields of one object of a document. Read each field that there may be, then call {@link
 * #end}, which refuses what nobody asked for. Used by one thread.
 */
public final class YamlMap {
  private final String file;
  private final String path;
  private final Node node;
  private final Map<String, Node> fields = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  YamlMap(String file, String path, MappingNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
        throw fail(tuple.getKeyNode(), "a field must be a name");
      }
      String key = scalar.getValue();
      if (fields.put(key, tuple.getValueNode()) != null) {
        throw fail(tuple.getKeyNode(), "%s is said twice".formatted(at(key)));
      }
      lines.put(key, line(tuple.getKeyNode()));
    }
  }

  /** Whether a field is there. */
  public boolean has(String key) {
    asked.add(key);
    return fields.containsKey(key);
  }

  /** The names of all fields, in order; for objects whose fields the user names. */
  public List<String> names() {
    return List.copyOf(fields.keySet());
  }

  /** A text that must be there. */
  public String text(String key) {
    Node value = required(key, "a text");
    String text = scalar(key, value, "a text").strip();
    if (text.isEmpty()) {
      throw fail(value, "%s must not be empty".formatted(at(key)));
    }
    return text;
  }

  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  /** A time such as {@code 30s} that must be there. */
  public Duration time(String key) {
    return read(key, Times::parse, "a time such as 250ms, 30s, 5m, 1h30m or 2d");
  }

  public Duration time(String key, Duration otherwise) {
    return has(key) ? time(key) : otherwise;
  }

  /** An amount as it is written. */
  public BigDecimal decimal(String key, BigDecimal otherwise) {
    return has(key) ? read(key, BigDecimal::new, "a number") : otherwise;
  }

  /** A number in a range that must be there. */
  public double number(String key, double min, double max) {
    String allowed = "a number from %s to %s".formatted(plain(min), plain(max));
    return read(
        key,
        text -> {
          double number = Double.parseDouble(text);
          if (!(number >= min && number <= max)) {
            throw new IllegalArgumentException();
          }
          return number;
        },
        allowed);
  }

  public double number(String key, double min, double max, double otherwise) {
    return has(key) ? number(key, min, max) : otherwise;
  }

  /**
   * A whole number in a range that must be there; {@code 2_000} and {@code 2,000} are understood.
   */
  public long integer(String key, long min, long max) {
    return read(
        key,
        text -> {
          long number = Long.parseLong(text.replace("_", "").replace(",", ""));
          if (number < min || number > max) {
            throw new IllegalArgumentException();
          }
          return number;
        },
        "a whole number from %,d to %,d".formatted(min, max));
  }

  public long integer(String key, long min, long max, long otherwise) {
    return has(key) ? integer(key, min, max) : otherwise;
  }

  /** One of the constants, written in lower case with dashes. */
  public <E extends Enum<E>> E choice(String key, E[] values, E otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    String allowed =
        Arrays.stream(values).map(YamlMap::written).collect(Collectors.joining(" or "));
    return read(
        key,
        text ->
            Arrays.stream(values)
                .filter(value -> written(value).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new),
        allowed);
  }

  /**
   * A value read from its text.
   *
   * @param parser throws a RuntimeException for what is not allowed
   * @param allowed completes "must be"
   */
  public <T> T read(String key, Function<String, T> parser, String allowed) {
    Node value = required(key, allowed);
    String text = scalar(key, value, allowed);
    try {
      return parser.apply(text);
    } catch (RuntimeException e) {
      throw fail(value, "%s must be %s, not '%s'".formatted(at(key), allowed, text));
    }
  }

  /** An object that must be there. */
  public YamlMap map(String key) {
    return map(at(key), required(key, "an object with fields"));
  }

  public Optional<YamlMap> mapIfPresent(String key) {
    return has(key) ? Optional.of(map(key)) : Optional.empty();
  }

  /** A list of texts, exactly as they are written, empty ones too; empty if it is not there. */
  public List<String> list(String key) {
    if (!has(key)) {
      return List.of();
    }
    String allowed = "a list of texts, as in [one, two]";
    Node value = required(key, allowed);
    if (!(value instanceof SequenceNode sequence)) {
      throw fail(value, "%s must be %s".formatted(at(key), allowed));
    }
    return sequence.getValue().stream().map(element -> scalar(key, element, allowed)).toList();
  }

  /** A text exactly as it is written, which may be empty. */
  public String raw(String key) {
    return scalar(key, required(key, "a text"), "a text");
  }

  /** A list of objects that must be there and not be empty. */
  public List<YamlMap> maps(String key) {
    Node value = required(key, "a list");
    if (!(value instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      throw fail(value, "%s must be a list with at least one entry".formatted(at(key)));
    }
    List<YamlMap> maps = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      maps.add(map(at(key) + "[" + maps.size() + "]", element));
    }
    return maps;
  }

  /** Texts that must be there: a list, or one text with commas. */
  public List<String> texts(String key) {
    Node value = required(key, "a list of names");
    List<String> texts = new ArrayList<>();
    if (value instanceof SequenceNode sequence) {
      for (Node element : sequence.getValue()) {
        texts.add(scalar(key, element, "a list of names").strip());
      }
    } else {
      texts.addAll(Arrays.asList(scalar(key, value, "a list of names").split(",", -1)));
      texts.replaceAll(String::strip);
    }
    if (texts.isEmpty() || texts.stream().anyMatch(String::isEmpty)) {
      throw fail(value, "%s must be a list with at least one name".formatted(at(key)));
    }
    return texts;
  }

  /** Yes or no. */
  public boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    return read(
        key,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException();
            },
        "true or false");
  }

  /**
   * Runs what checks values that stand here.
   *
   * @throws YamlException with this place for an IllegalArgumentException
   */
  public <T> T checked(Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException e) {
      throw mistake(String.valueOf(e.getMessage()));
    }
  }

  /** A mistake in this object. */
  public YamlException mistake(String message) {
    return new YamlException(file, line(node), path.isEmpty() ? message : path + ": " + message);
  }

  /** A mistake in a field of this object. */
  public YamlException mistake(String key, String message) {
    return new YamlException(file, lines.getOrDefault(key, line(node)), at(key) + " " + message);
  }

  /** Refuses fields that nobody asked for. */
  public void end() {
    for (String key : fields.keySet()) {
      if (!asked.contains(key)) {
        throw new YamlException(
            file,
            lines.getOrDefault(key, 1),
            "there is no field %s; there are %s".formatted(at(key), String.join(", ", asked)));
      }
    }
  }

  private YamlMap map(String at, Node value) {
    if (value instanceof MappingNode mapping) {
      return new YamlMap(file, at, mapping);
    }
    throw fail(value, "%s must have fields, as in `name: value`".formatted(at));
  }

  private Node required(String key, String allowed) {
    asked.add(key);
    Node value = fields.get(key);
    if (value == null) {
      throw fail(node, "%s is missing; it must be %s".formatted(at(key), allowed));
    }
    return value;
  }

  private String scalar(String key, Node value, String allowed) {
    if (value instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw fail(value, "%s must be %s".formatted(at(key), allowed));
  }

  private YamlException fail(Node where, String message) {
    return new YamlException(file, line(where), message);
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? "%,d".formatted((long) value)
        : Double.toString(value);
  }

  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }
}
