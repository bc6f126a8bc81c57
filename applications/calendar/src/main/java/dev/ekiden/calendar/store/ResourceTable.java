package dev.ekiden.calendar.store;

import static dev.ekiden.calendar.store.Rows.column;

import dev.ekiden.calendar.availability.Resource;
import dev.ekiden.calendar.availability.ResourceUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Tables {@code resource}, {@code resource_unit} and {@code space_resource}. Stateless. */
final class ResourceTable {

  private static final String READ =
      """
      SELECT used.space_id, resource.id, resource.code, resource.name,
             unit.id AS unit_id, unit.number
      FROM calendar.space_resource AS used
      JOIN calendar.resource ON resource.id = used.resource_id
      JOIN calendar.resource_unit AS unit ON unit.resource_id = resource.id
      WHERE used.space_id = ANY(:ids)
      ORDER BY used.space_id, resource.id, unit.number
      """;

  private static final String SHARING_SPACES =
      """
      SELECT other.space_id
      FROM calendar.space_resource AS used
      JOIN calendar.space_resource AS other ON other.resource_id = used.resource_id
      WHERE used.space_id = ANY(:ids)
      UNION
      SELECT unnest(:ids)
      ORDER BY 1
      """;

  private static final String SPACES_USING =
      """
      SELECT used.space_id
      FROM calendar.space_resource AS used
      JOIN calendar.resource ON resource.id = used.resource_id
      WHERE resource.code = ANY(:codes)
      ORDER BY 1
      """;

  private static final String UNITS =
      """
      SELECT resource.code, count(*) AS units
      FROM calendar.resource
      JOIN calendar.resource_unit AS unit ON unit.resource_id = resource.id
      WHERE resource.code = ANY(:codes)
      GROUP BY resource.code
      """;

  private static final String INSERT_RESOURCES =
      """
      INSERT INTO calendar.resource (code, name)
      SELECT code, code FROM unnest(:codes) AS given (code)
      ON CONFLICT (code) DO NOTHING
      """;

  private static final String INSERT_UNITS =
      """
      INSERT INTO calendar.resource_unit (resource_id, number)
      SELECT resource.id, number
      FROM unnest(:codes, :units) AS given (code, units)
      JOIN calendar.resource ON resource.code = given.code
      CROSS JOIN generate_series(1, given.units) AS number
      ON CONFLICT (resource_id, number) DO NOTHING
      """;

  private static final String DELETE_USES =
      """
      DELETE FROM calendar.space_resource
      WHERE space_id = ANY(:ids)
      """;

  private static final String INSERT_USES =
      """
      INSERT INTO calendar.space_resource (space_id, resource_id)
      SELECT given.space_id, resource.id
      FROM unnest(:spaceIds, :codes) AS given (space_id, code)
      JOIN calendar.resource ON resource.code = given.code
      """;

  private record UsedUnit(
      long spaceId, long resourceId, String code, String name, ResourceUnit unit) {}

  private record Use(long spaceId, String code) {}

  private ResourceTable() {}

  /** The resources of each space, ordered by id. */
  static Map<Long, List<Resource>> read(Handle handle, Collection<Long> spaceIds) {
    Map<Long, Map<Long, List<UsedUnit>>> units = new LinkedHashMap<>();
    for (UsedUnit used :
        Rows.ofIds(
            handle,
            READ,
            spaceIds,
            (row, context) ->
                new UsedUnit(
                    row.getLong("space_id"),
                    row.getLong("id"),
                    row.getString("code"),
                    row.getString("name"),
                    new ResourceUnit(row.getLong("unit_id"), row.getInt("number"))))) {
      units
          .computeIfAbsent(used.spaceId(), id -> new LinkedHashMap<>())
          .computeIfAbsent(used.resourceId(), id -> new ArrayList<>())
          .add(used);
    }
    Map<Long, List<Resource>> resources = new HashMap<>();
    units.forEach(
        (spaceId, ofSpace) -> resources.put(spaceId, column(ofSpace.values(), ResourceTable::of)));
    return resources;
  }

  private static Resource of(List<UsedUnit> units) {
    UsedUnit first = units.getFirst();
    return new Resource(
        first.resourceId(), first.code(), first.name(), column(units, UsedUnit::unit));
  }

  /** The spaces that share a resource with one of these, themselves included, ordered by id. */
  static Set<Long> sharingSpaces(Handle handle, Collection<Long> spaceIds) {
    return Rows.idsOfIds(handle, SHARING_SPACES, spaceIds);
  }

  static List<Long> spacesUsing(Handle handle, Collection<String> resourceCodes) {
    return handle
        .createQuery(SPACES_USING)
        .bindArray("codes", String.class, resourceCodes)
        .mapTo(Long.class)
        .list();
  }

  /** How many units each of the resources has; without those that do not exist. */
  static Map<String, Integer> units(Handle handle, Collection<String> codes) {
    Map<String, Integer> units = new HashMap<>();
    handle
        .createQuery(UNITS)
        .bindArray("codes", String.class, codes)
        .map((row, context) -> Map.entry(row.getString("code"), row.getInt("units")))
        .forEach(entry -> units.put(entry.getKey(), entry.getValue()));
    return units;
  }

  /** Makes what is missing, so that each resource has at least the units asked for. */
  static void provide(Handle handle, Map<String, Integer> units) {
    handle
        .createUpdate(INSERT_RESOURCES)
        .bindArray("codes", String.class, units.keySet())
        .execute();
    handle
        .createUpdate(INSERT_UNITS)
        .bindArray("codes", String.class, units.keySet())
        .bindArray("units", Integer.class, units.values())
        .execute();
  }

  /** Replaces the resources that these spaces use by those of the codes, which must exist. */
  static void use(Handle handle, Map<Long, List<ResourceUse>> uses) {
    List<Use> rows = new ArrayList<>();
    uses.forEach(
        (spaceId, ofSpace) -> ofSpace.forEach(use -> rows.add(new Use(spaceId, use.code()))));
    handle.createUpdate(DELETE_USES).bindArray("ids", Long.class, uses.keySet()).execute();
    handle
        .createUpdate(INSERT_USES)
        .bindArray("spaceIds", Long.class, column(rows, Use::spaceId))
        .bindArray("codes", String.class, column(rows, Use::code))
        .execute();
  }
}
