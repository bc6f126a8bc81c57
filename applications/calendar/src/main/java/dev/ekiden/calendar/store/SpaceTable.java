package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.Closure;
import dev.ekiden.calendar.availability.InvalidValueException;
import dev.ekiden.calendar.availability.Space;
import dev.ekiden.calendar.availability.SpecialPeriod;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Tables {@code space}, {@code special_period} and {@code closure}. */
final class SpaceTable implements TruthTable<Space> {

  private static final String IDS =
      """
      SELECT code, id
      FROM calendar.space
      WHERE code = ANY(:codes)
      """;

  private static final String READ =
      """
      SELECT id, code, venue_id, name, CAST(business_hours AS text) AS business_hours, capacity, version
      FROM calendar.space
      WHERE id = ANY(:ids)
      ORDER BY id
      """;

  private static final String READ_SPECIAL_PERIODS =
      """
      SELECT space_id, from_day, to_day, name, CAST(hours AS text) AS hours
      FROM calendar.special_period
      WHERE space_id = ANY(:ids)
      ORDER BY space_id, from_day
      """;

  private static final String READ_CLOSURES =
      """
      SELECT space_id, from_time, to_time, reason
      FROM calendar.closure
      WHERE space_id = ANY(:ids)
      ORDER BY space_id, from_time, to_time, reason
      """;

  private static final String LOCK =
      """
      SELECT id
      FROM calendar.space
      WHERE id = ANY(:ids)
      ORDER BY id
      FOR NO KEY UPDATE
      """;

  private static final String PLANS =
      """
      SELECT id
      FROM calendar.plan
      WHERE space_id = ANY(:ids)
      """;

  private static final String INSERT =
      """
      INSERT INTO calendar.space (code, venue_id, name, business_hours, capacity)
      SELECT code, venue_id, name, CAST(hours AS int4multirange), capacity
      FROM unnest(:codes, :venueIds, :names, :hours, :capacities)
        AS given (code, venue_id, name, hours, capacity)
      RETURNING code, id
      """;

  private static final String UPDATE =
      """
      UPDATE calendar.space
      SET name = given.name,
          business_hours = CAST(given.hours AS int4multirange),
          capacity = given.capacity,
          version = space.version + 1
      FROM unnest(:ids, :names, :hours, :capacities) AS given (id, name, hours, capacity)
      WHERE space.id = given.id
      """;

  private static final String DELETE_SPECIAL_PERIODS =
      """
      DELETE FROM calendar.special_period
      USING unnest(:spaceIds, :fromDays) AS given (space_id, from_day)
      WHERE special_period.space_id = given.space_id
        AND special_period.from_day = given.from_day
      """;

  private static final String INSERT_SPECIAL_PERIODS =
      """
      INSERT INTO calendar.special_period (space_id, from_day, to_day, name, hours)
      SELECT space_id, from_day, to_day, name, CAST(hours AS int4multirange)
      FROM unnest(:spaceIds, :fromDays, :toDays, :names, :hours)
        AS given (space_id, from_day, to_day, name, hours)
      """;

  private static final String DELETE_CLOSURES =
      """
      DELETE FROM calendar.closure
      USING unnest(:spaceIds, CAST(:froms AS timestamp[]), CAST(:tos AS timestamp[]), :reasons)
        AS given (space_id, from_time, to_time, reason)
      WHERE closure.space_id = given.space_id
        AND closure.from_time = given.from_time
        AND closure.to_time = given.to_time
        AND closure.reason = given.reason
      """;

  private static final String INSERT_CLOSURES =
      """
      INSERT INTO calendar.closure (space_id, from_time, to_time, reason)
      SELECT *
      FROM unnest(:spaceIds, CAST(:froms AS timestamp[]), CAST(:tos AS timestamp[]), :reasons)
      """;

  /** A special period or a closure, and whose it is. */
  private record Owned<T>(long spaceId, T value) {}

  @Override
  public String entity() {
    return "space";
  }

  @Override
  public long id(Space space) {
    return space.id();
  }

  @Override
  public String code(Space space) {
    return space.code();
  }

  @Override
  public Space normalized(Space space) {
    return new Space(
        space.id(),
        space.code(),
        space.venueId(),
        space.name(),
        HoursColumn.normalized(space.businessHours()),
        space.specialPeriods().stream()
            .map(period ->
                new SpecialPeriod(
                    period.from(),
                    period.to(),
                    period.name(),
                    HoursColumn.normalized(period.hours())))
            .toList(),
        space.closures().stream().distinct().toList(),
        space.capacity(),
        space.version());
  }

  @Override
  public Map<String, Long> ids(Handle handle, Collection<String> codes) {
    return Rows.idsByCode(handle, IDS, codes);
  }

  @Override
  public Map<Long, Space> read(Handle handle, Collection<Long> ids) {
    HoursColumn hours = new HoursColumn();
    Map<Long, List<SpecialPeriod>> specialPeriods = new HashMap<>();
    for (Owned<SpecialPeriod> period :
        Rows.ofIds(
            handle,
            READ_SPECIAL_PERIODS,
            ids,
            (row, context) ->
                new Owned<>(
                    row.getLong("space_id"),
                    new SpecialPeriod(
                        row.getObject("from_day", LocalDate.class),
                        row.getObject("to_day", LocalDate.class),
                        row.getString("name"),
                        hours.read(row.getString("hours")))))) {
      specialPeriods.computeIfAbsent(period.spaceId(), id -> new ArrayList<>()).add(period.value());
    }
    Map<Long, List<Closure>> closures = new HashMap<>();
    for (Owned<Closure> closure :
        Rows.ofIds(
            handle,
            READ_CLOSURES,
            ids,
            (row, context) ->
                new Owned<>(
                    row.getLong("space_id"),
                    new Closure(
                        row.getObject("from_time", LocalDateTime.class),
                        row.getObject("to_time", LocalDateTime.class),
                        row.getString("reason"))))) {
      closures.computeIfAbsent(closure.spaceId(), id -> new ArrayList<>()).add(closure.value());
    }
    Map<Long, Space> spaces = new LinkedHashMap<>();
    for (Space space :
        Rows.ofIds(
            handle,
            READ,
            ids,
            (row, context) ->
                new Space(
                    row.getLong("id"),
                    row.getString("code"),
                    row.getLong("venue_id"),
                    row.getString("name"),
                    hours.read(row.getString("business_hours")),
                    specialPeriods.getOrDefault(row.getLong("id"), List.of()),
                    closures.getOrDefault(row.getLong("id"), List.of()),
                    row.getInt("capacity"),
                    row.getLong("version")))) {
      spaces.put(space.id(), space);
    }
    return spaces;
  }

  @Override
  public Set<Long> lock(Handle handle, Collection<Long> ids) {
    return Rows.idsOfIds(handle, LOCK, ids);
  }

  @Override
  public Set<Long> plansOf(Handle handle, Collection<Long> ids) {
    return Rows.idsOfIds(handle, PLANS, ids);
  }

  @Override
  public Map<String, Long> insert(Handle handle, List<Space> spaces) {
    Map<String, Long> ids = new LinkedHashMap<>();
    handle
        .createQuery(INSERT)
        .bindArray("codes", String.class, column(spaces, Space::code))
        .bindArray("venueIds", Long.class, column(spaces, Space::venueId))
        .bindArray("names", String.class, column(spaces, Space::name))
        .bindArray("hours", String.class, businessHours(spaces))
        .bindArray("capacities", Integer.class, column(spaces, Space::capacity))
        .map((row, context) -> Map.entry(row.getString("code"), row.getLong("id")))
        .forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    List<Owned<SpecialPeriod>> specialPeriods = new ArrayList<>();
    List<Owned<Closure>> closures = new ArrayList<>();
    for (Space space : spaces) {
      long id = Rows.of(ids, space.code());
      space.specialPeriods().forEach(period -> specialPeriods.add(new Owned<>(id, period)));
      space.closures().forEach(closure -> closures.add(new Owned<>(id, closure)));
    }
    insertSpecialPeriods(handle, specialPeriods);
    insertClosures(handle, closures);
    return ids;
  }

  @Override
  public void update(Handle handle, List<Change<Space>> changes) {
    List<Space> spaces = column(changes, Change::after);
    handle
        .createUpdate(UPDATE)
        .bindArray("ids", Long.class, column(spaces, Space::id))
        .bindArray("names", String.class, column(spaces, Space::name))
        .bindArray("hours", String.class, businessHours(spaces))
        .bindArray("capacities", Integer.class, column(spaces, Space::capacity))
        .execute();
    List<Owned<SpecialPeriod>> goneSpecialPeriods = new ArrayList<>();
    List<Owned<SpecialPeriod>> newSpecialPeriods = new ArrayList<>();
    List<Owned<Closure>> goneClosures = new ArrayList<>();
    List<Owned<Closure>> newClosures = new ArrayList<>();
    for (Change<Space> change : changes) {
      Space before = change.before();
      Space after = change.after();
      if (before == null) {
        throw new IllegalArgumentException("Space " + after.code() + " is new: insert it");
      }
      if (before.venueId() != after.venueId()) {
        throw new InvalidValueException(
            "venue", Long.toString(after.venueId()), "a space stays at its venue");
      }
      difference(after.id(), before.specialPeriods(), after.specialPeriods(), goneSpecialPeriods);
      difference(after.id(), after.specialPeriods(), before.specialPeriods(), newSpecialPeriods);
      difference(after.id(), before.closures(), after.closures(), goneClosures);
      difference(after.id(), after.closures(), before.closures(), newClosures);
    }
    deleteSpecialPeriods(handle, goneSpecialPeriods);
    insertSpecialPeriods(handle, newSpecialPeriods);
    deleteClosures(handle, goneClosures);
    insertClosures(handle, newClosures);
  }

  private static List<String> businessHours(List<Space> spaces) {
    return column(spaces, space -> HoursColumn.write(space.businessHours()));
  }

  /** Collects what is in the one list and not in the other. */
  private static <T> void difference(
      long spaceId, List<T> list, List<T> other, List<Owned<T>> collected) {
    if (list.equals(other)) {
      return;
    }
    Set<T> others = new HashSet<>(other);
    for (T value : list) {
      if (!others.contains(value)) {
        collected.add(new Owned<>(spaceId, value));
      }
    }
  }

  private static void deleteSpecialPeriods(Handle handle, List<Owned<SpecialPeriod>> periods) {
    if (periods.isEmpty()) {
      return;
    }
    handle
        .createUpdate(DELETE_SPECIAL_PERIODS)
        .bindArray("spaceIds", Long.class, column(periods, Owned::spaceId))
        .bindArray("fromDays", LocalDate.class, column(periods, period -> period.value().from()))
        .execute();
  }

  private static void insertSpecialPeriods(Handle handle, List<Owned<SpecialPeriod>> periods) {
    if (periods.isEmpty()) {
      return;
    }
    handle
        .createUpdate(INSERT_SPECIAL_PERIODS)
        .bindArray("spaceIds", Long.class, column(periods, Owned::spaceId))
        .bindArray("fromDays", LocalDate.class, column(periods, period -> period.value().from()))
        .bindArray("toDays", LocalDate.class, column(periods, period -> period.value().to()))
        .bindArray("names", String.class, column(periods, period -> period.value().name()))
        .bindArray(
            "hours",
            String.class,
            column(periods, period -> HoursColumn.write(period.value().hours())))
        .execute();
  }

  private static void deleteClosures(Handle handle, List<Owned<Closure>> closures) {
    writeClosures(handle, DELETE_CLOSURES, closures);
  }

  private static void insertClosures(Handle handle, List<Owned<Closure>> closures) {
    writeClosures(handle, INSERT_CLOSURES, closures);
  }

  private static void writeClosures(Handle handle, String sql, List<Owned<Closure>> closures) {
    if (closures.isEmpty()) {
      return;
    }
    handle
        .createUpdate(sql)
        .bindArray("spaceIds", Long.class, column(closures, Owned::spaceId))
        .bindArray(
            "froms", String.class, column(closures, closure -> closure.value().from().toString()))
        .bindArray(
            "tos", String.class, column(closures, closure -> closure.value().to().toString()))
        .bindArray("reasons", String.class, column(closures, closure -> closure.value().reason()))
        .execute();
  }
}
