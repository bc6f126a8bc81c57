package dev.ekiden.calendar.availability;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list of national holidays that Japan's Cabinet Office publishes ({@code syukujitsu.csv}), or
 * a file of the same form. It replaces computed holidays in every year that it names a day of.
 * Immutable.
 *
 * <p>Form: the header {@code 国民の祝日・休日月日,国民の祝日・休日名称}, then lines such as {@code 2024/1/1,元日}; UTF-8,
 * with or without a byte order mark, or Windows-31J as published.
 */
public final class PublishedHolidays {

  /** The largest file, in bytes; the real one, since 1955, has about 20,000. */
  public static final int MAXIMUM_BYTES = 1_000_000;

  /** An empty list, which replaces nothing. */
  public static final PublishedHolidays NONE = new PublishedHolidays(new TreeMap<>());

  private static final String HEADER = "国民の祝日・休日月日,国民の祝日・休日名称";
  private static final Charset AS_PUBLISHED = Charset.forName("windows-31j");
  private static final Pattern LINE = Pattern.compile("(\\d{4})/(\\d{1,2})/(\\d{1,2}),([^,]+)");

  private final Map<Integer, Set<LocalDate>> years;

  private PublishedHolidays(Map<Integer, Set<LocalDate>> years) {
    this.years = years;
  }

  /**
   * Reads a file's content.
   *
   * @throws InvalidValueException with every bad line by its number
   */
  public static PublishedHolidays parse(byte[] content) {
    new Checks().range("bytes", content.length, 1, MAXIMUM_BYTES).done();
    List<String> lines = decode(content).lines().toList();
    if (lines.isEmpty() || !lines.getFirst().strip().equals(HEADER)) {
      String found = lines.isEmpty() ? "" : lines.getFirst();
      throw new InvalidValueException(
          "line 1", found, "must be the header " + HEADER + ", in UTF-8 or Windows-31J");
    }
    Map<Integer, Set<LocalDate>> years = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (int index = 1; index < lines.size(); index++) {
      if (!lines.get(index).isBlank()) {
        read(lines.get(index).strip(), index + 1, years, problems);
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidValueException(problems);
    }
    return new PublishedHolidays(years);
  }

  /** Whether the list has the holidays of a year. */
  public boolean covers(int year) {
    return years.containsKey(year);
  }

  /** The holidays of a year that {@link #covers} says yes of, else none. */
  public Set<LocalDate> in(int year) {
    return Set.copyOf(years.getOrDefault(year, Set.of()));
  }

  private static void read(
      String line, int number, Map<Integer, Set<LocalDate>> years, List<Problem> problems) {
    Matcher matcher = LINE.matcher(line);
    String field = "line " + number;
    if (!matcher.matches()) {
      problems.add(new Problem(field, line, "must be a date and a name, such as 2024/1/1,元日"));
      return;
    }
    int year = Integer.parseInt(matcher.group(1));
    int month = Integer.parseInt(matcher.group(2));
    int day = Integer.parseInt(matcher.group(3));
    try {
      LocalDate date = LocalDate.of(year, month, day);
      if (!years.computeIfAbsent(year, ignored -> new TreeSet<>()).add(date)) {
        problems.add(new Problem(field, line, "must not name a date a second time"));
      }
    } catch (DateTimeException impossible) {
      problems.add(new Problem(field, line, "must name a day that exists"));
    }
  }

  private static String decode(byte[] content) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException notUtf8) {
      text = new String(content, AS_PUBLISHED);
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }
}
