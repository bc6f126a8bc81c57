package dev.ekiden.calendar.files;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Streams the rows of one file: comma-separated, quoted where needed (quoted cells may hold line
 * breaks), lines ended by LF, CRLF or CR, empty lines skipped. Confined to one thread.
 */
final class CsvRows implements Closeable {

  /** The most rows of a file, without the header. */
  static final int MAXIMUM_ROWS = 1_000_000;

  /** The longest cell, in characters. */
  static final int MAXIMUM_FIELD_LENGTH = 20_000;

  /** The longest row, in characters of all its cells. */
  static final int MAXIMUM_ROW_LENGTH = 50_000;

  private static final Pattern RECORD_LINE =
      Pattern.compile(" \\(record starting at line (\\d+)\\)");

  /** A row, a row that cannot be used, or the reason why the rest of the file cannot be read. */
  sealed interface Line {
    record Good(Row row) implements Line {}

    record Bad(ImportProblem problem) implements Line {}

    record Unreadable(ImportProblem problem) implements Line {}
  }

  private final CalendarFile file;
  private final String name;
  private final CsvReader<CsvRecord> reader;
  private final CloseableIterator<CsvRecord> records;
  private @Nullable Map<String, Integer> header;
  private long lastLine;
  private long rows;
  private boolean ended;

  CsvRows(CalendarFile file, String name, InputStream input, Charset charset) {
    this.file = file;
    this.name = name;
    this.reader =
        CsvReader.builder()
            .allowUnclosedQuote(false)
            // How many cells a row has is checked here, where the row can be told.
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(new StrictReader(input, charset));
    this.records = reader.iterator();
  }

  /** The next line; empty at the end of the file and after {@link Line.Unreadable}. */
  Optional<Line> next() {
    if (ended) {
      return Optional.empty();
    }
    try {
      return read();
    } catch (CsvParseException broken) {
      return Optional.of(unreadable(broken));
    } catch (UncheckedIOException failed) {
      if (failed.getCause() instanceof MalformedTextException malformed) {
        return Optional.of(unreadable(malformed));
      }
      throw failed;
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private Optional<Line> read() {
    Map<String, Integer> columns = header;
    if (columns == null) {
      if (!records.hasNext()) {
        return Optional.of(
            unreadable(0, "", "", "the file is empty: its first line names columns"));
      }
      CsvRecord record = records.next();
      Optional<Line> problem = headerProblem(record);
      if (problem.isPresent()) {
        return problem;
      }
      columns = columns(record);
      header = columns;
    }
    if (!records.hasNext()) {
      ended = true;
      return Optional.empty();
    }
    CsvRecord record = records.next();
    lastLine = record.getStartingLineNumber();
    if (++rows > MAXIMUM_ROWS) {
      return Optional.of(
          unreadable(lastLine, "", "", "a file has at most " + MAXIMUM_ROWS + " rows; split it"));
    }
    return Optional.of(line(record, columns));
  }

  private Line line(CsvRecord record, Map<String, Integer> columns) {
    List<String> fields = record.getFields();
    if (fields.size() != columns.size()) {
      return bad(
          "", "", "has %d cells, the header has %d".formatted(fields.size(), columns.size()));
    }
    int length = 0;
    for (Map.Entry<String, Integer> column : columns.entrySet()) {
      String field = fields.get(column.getValue());
      length += field.length();
      if (field.length() > MAXIMUM_FIELD_LENGTH) {
        return bad(
            column.getKey(),
            field,
            "has %d characters; at most %d are allowed"
                .formatted(field.length(), MAXIMUM_FIELD_LENGTH));
      }
    }
    if (length > MAXIMUM_ROW_LENGTH) {
      return bad(
          "",
          "",
          "the row has %d characters; at most %d are allowed"
              .formatted(length, MAXIMUM_ROW_LENGTH));
    }
    return new Line.Good(new Row(lastLine, columns, fields));
  }

  private static Map<String, Integer> columns(CsvRecord record) {
    Map<String, Integer> columns = new LinkedHashMap<>();
    for (int index = 0; index < record.getFieldCount(); index++) {
      columns.putIfAbsent(record.getField(index).strip(), index);
    }
    return columns;
  }

  private Optional<Line> headerProblem(CsvRecord record) {
    long line = record.getStartingLineNumber();
    Map<String, Integer> columns = columns(record);
    String allowed =
        "allowed are "
            + String.join(", ", file.required())
            + (file.optional().isEmpty() ? "" : ", " + String.join(", ", file.optional()));
    for (String column : columns.keySet()) {
      if (!file.has(column)) {
        boolean otherSeparator = column.indexOf(';') >= 0 || column.indexOf('\t') >= 0;
        return Optional.of(
            unreadable(
                line,
                column,
                column,
                otherSeparator
                    ? "separate the columns by commas"
                    : "there is no such column; " + allowed));
      }
    }
    if (columns.size() < record.getFieldCount()) {
      return Optional.of(unreadable(line, "", "", "a column is named twice"));
    }
    for (String column : file.required()) {
      if (!columns.containsKey(column)) {
        return Optional.of(unreadable(line, column, "", "the column is missing; " + allowed));
      }
    }
    return Optional.empty();
  }

  private Line bad(String column, String value, String reason) {
    return new Line.Bad(new ImportProblem(name, lastLine, column, value, reason));
  }

  private Line unreadable(long line, String column, String value, String reason) {
    ended = true;
    return new Line.Unreadable(new ImportProblem(name, line, column, value, reason));
  }

  private Line unreadable(MalformedTextException malformed) {
    return unreadable(malformed.line(), "", "", malformed.reason());
  }

  private Line unreadable(CsvParseException broken) {
    if (broken.getCause() instanceof MalformedTextException malformed) {
      return unreadable(malformed);
    }
    String message = String.valueOf(broken.getMessage());
    Matcher place = RECORD_LINE.matcher(message);
    long line = place.find() ? Long.parseLong(place.group(1)) : lastLine + 1;
    String reason = RECORD_LINE.matcher(message).replaceFirst("");
    return unreadable(line, "", "", reason + "; the rest of the file was not read");
  }
}
