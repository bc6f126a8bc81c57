package dev.ekiden.fleet.simulate;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.ekiden.fleet.yaml.YamlException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recorded jobs, in the order of their arrivals, the first at 0.
 *
 * <p>Read from CSV with a header, or from JSON lines, with the fields {@code arrival} (an instant
 * such as {@code 2026-11-21T12:00:00Z}, or seconds), {@code run-seconds}, and, if they are known,
 * {@code priority} (5) and {@code definition} (job).
 */
public record History(List<Entry> entries) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /**
   * One job.
   *
   * @param at its arrival, from the first one
   */
  public record Entry(Duration at, double runSeconds, int priority, String definition) {}

  public History {
    entries = List.copyOf(entries);
  }

  /** From the first arrival to just after the last. */
  public Duration length() {
    return entries.isEmpty() ? Duration.ofMillis(1) : entries.getLast().at().plusMillis(1);
  }

  /**
   * The same arrivals with run times of other jobs: each gets that of one of the same definition
   * and priority, or of any if there is none, at random.
   *
   * @param known jobs whose run times are known, one at least
   * @param seed the same gives the same
   */
  public History withRunTimesOf(History known, long seed) {
    Map<List<Object>, List<Entry>> alike =
        known.entries.stream().collect(Collectors.groupingBy(History::kind));
    SplittableRandom random = new SplittableRandom(seed);
    return new History(
        entries.stream()
            .map(entry -> {
              List<Entry> from = alike.getOrDefault(kind(entry), known.entries);
              double seconds = from.get(random.nextInt(from.size())).runSeconds();
              return new Entry(entry.at(), seconds, entry.priority(), entry.definition());
            })
            .toList());
  }

  private static List<Object> kind(Entry entry) {
    return List.of(entry.definition(), entry.priority());
  }

  /**
   * Reads a file; one whose name ends in {@code .csv} is CSV, any other JSON lines.
   *
   * @throws YamlException with the line, what is wrong and what is allowed
   */
  public static History read(Path file) throws IOException {
    String name = file.getFileName().toString();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      return name.toLowerCase(Locale.ROOT).endsWith(".csv")
          ? csv(name, reader)
          : jsonLines(name, reader);
    } catch (CharacterCodingException e) {
      throw new YamlException(name, 1, "is not UTF-8 text");
    }
  }

  private static History csv(String file, BufferedReader reader) {
    List<Raw> rows = new ArrayList<>();
    try {
      CsvReader<NamedCsvRecord> records = CsvReader.builder().ofNamedCsvRecord(reader);
      for (NamedCsvRecord row : records) {
        int line = (int) row.getStartingLineNumber();
        rows.add(raw(file, line, field -> row.findField(field).map(String::strip).orElse(null)));
        tooMany(file, line, rows);
      }
    } catch (CsvParseException e) {
      throw new YamlException(file, 1, "is no CSV: " + e.getMessage());
    }
    return of(file, rows);
  }

  private static History jsonLines(String file, BufferedReader reader) throws IOException {
    List<Raw> rows = new ArrayList<>();
    int number = 0;
    String line;
    while ((line = reader.readLine()) != null) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode object = object(file, number, line);
      rows.add(
          raw(
              file,
              number,
              field -> object.path(field).isValueNode() ? object.path(field).asString() : null));
      tooMany(file, number, rows);
    }
    return of(file, rows);
  }

  private static JsonNode object(String file, int line, String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (JacksonException e) {
      // Told below, with the line of the file.
    }
    throw new YamlException(file, line, "must be a JSON object");
  }

  private static void tooMany(String file, int line, List<Raw> rows) {
    if (rows.size() > Scenario.MAX_JOBS) {
      throw new YamlException(
          file, line, "at most %,d jobs can be simulated".formatted(Scenario.MAX_JOBS));
    }
  }

  private record Raw(double arrivalSeconds, double runSeconds, int priority, String definition) {}

  private static Raw raw(String file, int line, Function<String, @Nullable String> field) {
    Fields fields = new Fields(file, line, field);
    return new Raw(
        fields.arrival(),
        fields.number("run-seconds", null, 0, RunTime.MAX_SECONDS),
        (int) fields.number("priority", 5.0, 0, JobKind.MAX_PRIORITY),
        fields.text("definition", "job"));
  }

  private static History of(String file, List<Raw> rows) {
    if (rows.isEmpty()) {
      throw new YamlException(file, 1, "has no jobs");
    }
    rows.sort(Comparator.comparingDouble(Raw::arrivalSeconds));
    double first = rows.getFirst().arrivalSeconds();
    List<Entry> entries = new ArrayList<>(rows.size());
    for (Raw row : rows) {
      long micros = Math.round((row.arrivalSeconds() - first) * 1e6);
      entries.add(
          new Entry(
              Duration.ofNanos(micros * 1_000),
              row.runSeconds(),
              row.priority(),
              row.definition()));
    }
    if (entries.getLast().at().compareTo(Scenario.MAX_LENGTH) >= 0) {
      throw new YamlException(
          file, 1, "spans more than %,d days".formatted(Scenario.MAX_LENGTH.toDays()));
    }
    return new History(entries);
  }

  /** The fields of one line. */
  private record Fields(String file, int line, Function<String, @Nullable String> field) {
    double arrival() {
      String text = required("arrival", "an instant such as 2026-11-21T12:00:00Z, or seconds");
      try {
        Instant instant = Instant.parse(text);
        return instant.getEpochSecond() + instant.getNano() / 1e9;
      } catch (DateTimeException e) {
        return number("arrival", null, -1e15, 1e15);
      }
    }

    double number(String name, @Nullable Double otherwise, double min, double max) {
      String allowed = "a number from %,.0f to %,.0f".formatted(min, max);
      String text = field.apply(name);
      if ((text == null || text.isEmpty()) && otherwise != null) {
        return otherwise;
      }
      String given = required(name, allowed);
      try {
        double number = Double.parseDouble(given);
        if (number >= min && number <= max) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw new YamlException(
          file, line, "%s must be %s, not '%s'".formatted(name, allowed, given));
    }

    String text(String name, String otherwise) {
      String text = field.apply(name);
      return text == null || text.isEmpty() ? otherwise : text;
    }

    private String required(String name, String allowed) {
      String text = field.apply(name);
      if (text == null || text.isEmpty()) {
        throw new YamlException(
            file, line, "%s is missing; it must be %s".formatted(name, allowed));
      }
      return text;
    }
  }
}
