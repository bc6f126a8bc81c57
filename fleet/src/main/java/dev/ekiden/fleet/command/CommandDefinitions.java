package dev.ekiden.fleet.command;

import dev.ekiden.engine.Engine;
import dev.ekiden.engine.ErrorCode;
import dev.ekiden.engine.NotFoundException;
import dev.ekiden.fleet.command.store.RevisionTable;
import dev.ekiden.fleet.yaml.YamlException;
import dev.ekiden.postgres.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The definitions that run programs, with all their revisions, as the database has them. Remembers
 * the newest of each; {@link #refresh} finds what other servers applied. Thread-safe.
 */
public final class CommandDefinitions {
  /** Most revisions that a history shows. */
  public static final int MAX_HISTORY = 100;

  private static final Logger LOG = LoggerFactory.getLogger(CommandDefinitions.class);

  private final Database database;
  private final Engine engine;
  private volatile Known known = new Known(0, Map.of());

  private record Known(long number, Map<String, Revision> newest) {}

  /**
   * A text that is to be applied.
   *
   * @param file named in messages
   */
  public record Source(String file, String text) {}

  /**
   * A revision of a definition.
   *
   * @param number from 1
   * @param source as it was written
   */
  public record Revision(
      CommandDefinition definition, int number, String source, Instant appliedAt) {}

  /** What applying a text did. */
  public enum Change {
    CREATED,
    CHANGED,
    UNCHANGED
  }

  /**
   * What became of a text.
   *
   * @param revision the newest revision now
   * @param difference to the revision before, a line for each field
   */
  public record Applied(String name, Change change, int revision, List<String> difference) {
    public Applied {
      difference = List.copyOf(difference);
    }
  }

  public CommandDefinitions(Database database, Engine engine) {
    this.database = database;
    this.engine = engine;
  }

  /**
   * Makes the definitions be as these texts say, all or none. One that says the same as the newest
   * revision changes nothing; jobs that run keep the revision they were launched with.
   *
   * @param dryRun tells what would be done and does nothing
   * @throws YamlException with the line, what is wrong and what is allowed
   */
  public List<Applied> apply(List<Source> sources, boolean dryRun) {
    Map<String, CommandDefinition> definitions = new LinkedHashMap<>();
    Map<String, Source> texts = new LinkedHashMap<>();
    for (Source source : sources) {
      CommandDefinition definition = CommandFile.parse(source.file(), source.text());
      if (definitions.put(definition.name(), definition) != null) {
        throw new YamlException(
            source.file(), 1, "the definition '%s' is there twice".formatted(definition.name()));
      }
      texts.put(definition.name(), source);
    }
    Set<String> taken = new HashSet<>(engine.definitionNames());
    List<Applied> applied =
        database.inTransaction(handle -> {
          RevisionTable.lock(handle);
          Map<String, Revision> before = read(RevisionTable.newest(handle));
          List<Applied> done = new ArrayList<>();
          definitions.forEach((name, definition) -> {
            Source source = Objects.requireNonNull(texts.get(name));
            Revision old = before.get(name);
            if (old == null && taken.contains(name)) {
              throw new YamlException(
                  source.file(),
                  1,
                  "'%s' is a definition of a program already: choose another name".formatted(name));
            }
            Applied one = compare(definition, old);
            if (one.change() != Change.UNCHANGED && !dryRun) {
              RevisionTable.insert(handle, name, one.revision(), source.text());
            }
            done.add(one);
          });
          return done;
        });
    if (!dryRun) {
      refresh();
    }
    return applied;
  }

  private static Applied compare(
      CommandDefinition definition, @org.jspecify.annotations.Nullable Revision old) {
    if (old == null) {
      return new Applied(definition.name(), Change.CREATED, 1, List.of());
    }
    List<String> difference = DefinitionText.difference(old.definition(), definition);
    return difference.isEmpty()
        ? new Applied(definition.name(), Change.UNCHANGED, old.number(), List.of())
        : new Applied(definition.name(), Change.CHANGED, old.number() + 1, difference);
  }

  /** Looks whether there are new revisions, and remembers them; answers whether there were. */
  public boolean refresh() {
    long number = database.withHandle(RevisionTable::number);
    if (number == known.number()) {
      return false;
    }
    Map<String, Revision> newest = read(database.withHandle(RevisionTable::newest));
    synchronized (this) {
      if (number <= known.number()) {
        return false;
      }
      known = new Known(number, newest);
      return true;
    }
  }

  /** The newest revision of each definition, by name, as remembered. */
  public List<Revision> newest() {
    return known.newest().values().stream()
        .sorted(Comparator.comparing(revision -> revision.definition().name()))
        .toList();
  }

  /** The newest revision of a definition, as remembered. */
  public Optional<Revision> find(String name) {
    return Optional.ofNullable(known.newest().get(name));
  }

  /** A revision of a definition. */
  public Optional<Revision> find(String name, int number) {
    Optional<Revision> newest = find(name);
    if (newest.isPresent() && newest.get().number() == number) {
      return newest;
    }
    return database
        .withHandle(handle -> RevisionTable.find(handle, name, number))
        .map(CommandDefinitions::revision);
  }

  /**
   * The last {@value #MAX_HISTORY} revisions of a definition, the newest first.
   *
   * @throws NotFoundException when there is no such definition
   */
  public List<Revision> history(String name) {
    List<Revision> history =
        database.withHandle(handle -> RevisionTable.history(handle, name, MAX_HISTORY)).stream()
            .map(CommandDefinitions::revision)
            .toList();
    if (history.isEmpty()) {
      throw new NotFoundException(
          ErrorCode.UNKNOWN_DEFINITION,
          "there is no definition '%s' that was applied from a file".formatted(name));
    }
    return history;
  }

  private static Map<String, Revision> read(List<RevisionTable.Row> rows) {
    Map<String, Revision> revisions = new LinkedHashMap<>();
    for (RevisionTable.Row row : rows) {
      try {
        revisions.put(row.name(), revision(row));
      } catch (YamlException e) {
        LOG.warn("Revision {} of {} cannot be used by this build", row.revision(), row.name(), e);
      }
    }
    return revisions;
  }

  private static Revision revision(RevisionTable.Row row) {
    return new Revision(
        CommandFile.parse(row.name(), row.source()), row.revision(), row.source(), row.appliedAt());
  }
}
