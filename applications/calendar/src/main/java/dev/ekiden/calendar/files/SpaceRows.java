package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Problem;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.Truth;
import dev.ekiden.calendar.availability.WeeklyHours;
import dev.ekiden.calendar.store.ResourceUse;
import dev.ekiden.calendar.store.TruthTable;
import dev.ekiden.calendar.store.TruthTables;
import dev.ekiden.calendar.store.TruthWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of {@code spaces.csv}: spaces and the resources they use. */
final class SpaceRows implements RowChange<Space> {

  private static final String RESOURCES = "resources";
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern UNITS = Pattern.compile("(.+):(\\d{1,9})");

  private final TruthWriter writer;
  private Map<String, Long> venueIds = Map.of();
  private Map<String, List<ResourceUse>> storedUses = Map.of();
  private final Map<String, List<ResourceUse>> wantedUses = new HashMap<>();

  SpaceRows(TruthWriter writer) {
    this.writer = writer;
  }

  @Override
  public TruthTable<Space> table() {
    return TruthTables.SPACES;
  }

  @Override
  public String keyColumn() {
    return "code";
  }

  @Override
  public void prepare(Handle handle, List<Row> rows) {
    venueIds = TruthTables.VENUES.ids(handle, rows.stream().map(row -> row.text("venue")).toList());
    wantedUses.clear();
    storedUses = writer.resourceUses(handle, rows.stream().map(row -> row.text("code")).toList());
  }

  @Override
  public Space apply(Row row, @Nullable Space before) {
    Long venueId = venueIds.get(row.text("venue"));
    if (venueId == null) {
      throw RowChange.unknown("venue", row, "venue");
    }
    if (before != null && before.venueId() != venueId) {
      throw new InvalidValueException(
          "venue", row.text("venue"), "a space stays at the venue it was added to");
    }
    Space space =
        new Space(
            before == null ? 0 : before.id(),
            row.text("code"),
            venueId,
            row.text("name"),
            before == null ? WeeklyHours.NONE : before.businessHours(),
            before == null ? List.of() : before.specialPeriods(),
            before == null ? List.of() : before.closures(),
            row.integer("capacity", 0, before == null ? null : before.capacity()),
            before == null ? 1 : before.version());
    if (row.has(RESOURCES)) {
      wantedUses.put(row.text("code"), uses(row));
    }
    return space;
  }

  @Override
  public RowCounts.Status status(Row row, @Nullable Space before, Space after) {
    RowCounts.Status status = RowChange.super.status(row, before, after);
    return status == RowCounts.Status.UNCHANGED && isUsedDifferently(row)
        ? RowCounts.Status.CHANGED
        : status;
  }

  @Override
  public void finish(Handle handle, List<Row> applied, String source) {
    Map<String, Long> ids =
        table().ids(handle, applied.stream().map(row -> row.text("code")).toList());
    Map<Long, List<ResourceUse>> different = new LinkedHashMap<>();
    for (Row row : applied) {
      if (isUsedDifferently(row)) {
        different.put(
            ids.get(row.text("code")), wantedUses.getOrDefault(row.text("code"), List.of()));
      }
    }
    if (!different.isEmpty()) {
      writer.useResources(handle, different, source);
    }
  }

  /** Whether the row names other resources than the space uses, or more units than they have. */
  private boolean isUsedDifferently(Row row) {
    List<ResourceUse> wanted = wantedUses.get(row.text("code"));
    if (wanted == null) {
      return false;
    }
    Map<String, Integer> stored = new HashMap<>();
    storedUses
        .getOrDefault(row.text("code"), List.of())
        .forEach(use -> stored.put(use.code(), use.units()));
    return wanted.size() != stored.size()
        || wanted.stream().anyMatch(use -> stored.getOrDefault(use.code(), 0) < use.units());
  }

  private static List<ResourceUse> uses(Row row) {
    String text = row.text(RESOURCES);
    if (text.isEmpty()) {
      return List.of(new ResourceUse(row.text("code"), 1));
    }
    Map<String, ResourceUse> uses = new LinkedHashMap<>();
    for (String word : BLANKS.splitAsStream(text).toList()) {
      ResourceUse use = use(word);
      if (uses.put(use.code(), use) != null) {
        throw new InvalidValueException(RESOURCES, text, use.code() + " is named twice");
      }
    }
    if (uses.size() > Truth.MAXIMUM_RESOURCES) {
      throw new InvalidValueException(
          RESOURCES, text, "a space uses at most " + Truth.MAXIMUM_RESOURCES + " resources");
    }
    return new ArrayList<>(uses.values());
  }

  private static ResourceUse use(String word) {
    Matcher units = UNITS.matcher(word);
    try {
      return units.matches()
          ? new ResourceUse(units.group(1), Row.parseInteger(units.group(2)))
          : new ResourceUse(word, 1);
    } catch (InvalidValueException refused) {
      throw new InvalidValueException(
          refused.problems().stream()
              .map(problem -> new Problem(RESOURCES, word, problem.reason()))
              .toList());
    }
  }
}
