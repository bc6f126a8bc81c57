package dev.ekiden.engine;

import dev.ekiden.engine.LogPage.Line;
import dev.ekiden.engine.store.LogTable;
import dev.ekiden.engine.store.LogTable.Entry;
import dev.ekiden.engine.store.LogTable.Segment;
import dev.ekiden.postgres.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part of a log. How many lines of each level a segment has is known without reading it, so
 * that only those of the page are read, unless a text is searched: then all are, up to a limit.
 */
final class LogReader {
  /** Most segments that are read at once. */
  private static final int BATCH = 32;

  /** A search for a text goes through so many segments at most: a full log of one attempt. */
  static final int MAX_SEARCHED = Engine.MAX_LOG_BYTES / SegmentWriter.SEGMENT_BYTES;

  /** And stops when it has gone through so many lines, whose segments may be short. */
  private static final int MAX_SEARCHED_LINES = 250_000;

  private record Place(int attempt, int number) {}

  /** A segment, the number of its first line, and how many there are of each level. */
  private record Piece(Place place, long first, List<Integer> counts) {
    static Piece of(Entry entry, long first, List<Integer> counts) {
      return new Piece(new Place(entry.attempt(), entry.number()), first, counts);
    }

    long lines() {
      return atLeast(null);
    }

    long last() {
      return first + lines() - 1;
    }

    long atLeast(@Nullable LogLevel level) {
      return counts.subList(level == null ? 0 : level.ordinal(), counts.size()).stream()
          .mapToLong(Integer::longValue)
          .sum();
    }
  }

  /** What was found in a segment. */
  private record Looked(Piece piece, SegmentText text, List<SegmentText.Found> found) {}

  private final Database database;
  private final long jobId;
  private final LogQuery query;
  private final @Nullable String wanted;
  private final int maxSearched;
  private final List<Line> page = new ArrayList<>();
  private long matched;

  /**
   * @param maxSearched segments that a search for a text goes through
   */
  LogReader(Database database, long jobId, LogQuery query, int maxSearched) {
    this.database = database;
    this.jobId = jobId;
    this.query = query;
    String containing = query.containing();
    this.wanted =
        containing == null || containing.isEmpty() ? null : containing.toLowerCase(Locale.ROOT);
    this.maxSearched = maxSearched;
  }

  LogPage read() {
    List<Piece> asked = pieces();
    long total = asked.stream().mapToLong(Piece::lines).sum();
    List<Piece> way =
        (query.newestFirst() ? asked.reversed() : asked)
            .stream()
                .filter(piece -> isAhead(edge(piece, true)) && piece.atLeast(query.atLeast()) > 0)
                .toList();
    int searched = 0;
    long searchedLines = 0;
    int at = 0;
    while (at < way.size()) {
      Piece piece = way.get(at);
      if (canPassBy(piece)) {
        matched += piece.atLeast(query.atLeast());
        at++;
        continue;
      }
      if (wanted != null && (searched >= maxSearched || searchedLines >= MAX_SEARCHED_LINES)) {
        return new LogPage(page, matched, total, edge(piece, false));
      }
      int end = batchEnd(way, at, searched);
      List<Piece> batch = way.subList(at, end);
      look(batch);
      searched += batch.size();
      searchedLines += batch.stream().mapToLong(Piece::lines).sum();
      at = end;
    }
    return new LogPage(page, matched, total, null);
  }

  /** The number of the line of a segment that comes last or first in the order asked for. */
  private long edge(Piece piece, boolean last) {
    return last == query.newestFirst() ? piece.first() : piece.last();
  }

  private boolean isAhead(long number) {
    Long from = query.from();
    return from == null || (query.newestFirst() ? number <= from : number >= from);
  }

  /** Whether a segment has no line of the page, and it is known how many match. */
  private boolean canPassBy(Piece piece) {
    return wanted == null
        && isAhead(edge(piece, false))
        && (page.size() == query.limit()
            || matched + piece.atLeast(query.atLeast()) <= query.offset());
  }

  /** As many segments as may have the lines that are missing. */
  private int batchEnd(List<Piece> way, int begin, int searched) {
    int most = wanted == null ? BATCH : Math.min(BATCH, maxSearched - searched);
    long missing = query.offset() + query.limit() - matched;
    int end = begin;
    long lines = 0;
    do {
      lines += way.get(end).atLeast(query.atLeast());
      end++;
    } while (end < way.size() && end - begin < most && (wanted != null || lines < missing));
    return end;
  }

  private void look(List<Piece> batch) {
    Map<Place, Segment> segments = new HashMap<>();
    read(batch.stream().map(Piece::place).toList())
        .forEach(segment -> segments.put(new Place(segment.attempt(), segment.number()), segment));
    // A search unpacks much more than a page, so all processors do it.
    List<Looked> looked =
        (wanted == null ? batch.stream() : batch.parallelStream())
            .flatMap(piece ->
                Stream.ofNullable(segments.get(piece.place()))
                    .map(segment -> {
                      SegmentText text = new SegmentText(segment);
                      return new Looked(piece, text, text.find(wanted));
                    }))
            .toList();
    for (Looked one : looked) {
      for (SegmentText.Found found : query.newestFirst() ? one.found().reversed() : one.found()) {
        take(one.piece().first() + found.index(), one.text(), found);
      }
    }
  }

  /** Makes a line only if it is of the page, or its level matters. */
  private void take(long number, SegmentText text, SegmentText.Found one) {
    if (!isAhead(number)) {
      return;
    }
    boolean isOfPage = matched >= query.offset() && page.size() < query.limit();
    LogLevel least = query.atLeast();
    if (isOfPage || least != null) {
      LogLine line = text.line(one);
      LogLevel level = LogLevel.of(line.text());
      if (least != null && level.compareTo(least) < 0) {
        return;
      }
      if (isOfPage) {
        page.add(new Line(number, line, level));
      }
    }
    matched++;
  }

  private List<Piece> pieces() {
    List<Entry> index = database.withHandle(handle -> LogTable.index(handle, jobId));
    Map<Place, List<Integer>> counted = count(index);
    List<Piece> pieces = new ArrayList<>();
    long next = 1;
    for (Entry entry : index) {
      List<Integer> known = entry.counts();
      Piece piece =
          Piece.of(
              entry,
              next,
              known == null
                  ? counted.getOrDefault(new Place(entry.attempt(), entry.number()), List.of())
                  : known);
      if (query.attempt() == null || query.attempt() == entry.attempt()) {
        pieces.add(piece);
      }
      next += piece.lines();
    }
    return pieces;
  }

  /** Counts the lines of segments that were stored without counts. */
  private Map<Place, List<Integer>> count(List<Entry> index) {
    List<Place> uncounted =
        index.stream()
            .filter(entry -> entry.counts() == null)
            .map(entry -> new Place(entry.attempt(), entry.number()))
            .toList();
    Map<Place, List<Integer>> counts = new HashMap<>();
    for (int from = 0; from < uncounted.size(); from += BATCH) {
      List<Place> batch = uncounted.subList(from, Math.min(uncounted.size(), from + BATCH));
      for (Segment segment : read(batch)) {
        counts.put(
            new Place(segment.attempt(), segment.number()),
            LogLevel.counts(
                new SegmentText(segment)
                    .lines().stream().map(line -> LogLevel.of(line.text())).toList()));
      }
    }
    return counts;
  }

  private List<Segment> read(List<Place> places) {
    return database.withHandle(handle ->
        LogTable.read(
            handle,
            jobId,
            places.stream().map(Place::attempt).toList(),
            places.stream().map(Place::number).toList()));
  }
}
