package dev.ekiden.server.process;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.fleet.control.Fleets;
import dev.ekiden.server.Application;
import dev.ekiden.server.Demo;
import dev.ekiden.server.DemoContext;
import dev.ekiden.server.DemoResult;
import dev.ekiden.server.Json;
import dev.ekiden.server.Services;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.ProgressBar;
import dev.ekiden.server.cli.Table;
import dev.ekiden.server.cli.Terminal;
import dev.ekiden.server.config.Configuration;
import dev.ekiden.server.config.Role;
import dev.ekiden.server.config.StateDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plays demonstrations on a server of their own, which starts with an empty database. */
public final class DemoPlayer {
  /**
   * How to play.
   *
   * @param name the application, or null for all
   * @param full the full size instead of the short one
   * @param json where to write the figures too, or null
   * @param seed of everything random
   * @param arguments for the demonstration
   */
  public record Options(
      @Nullable String name, boolean full, @Nullable Path json, long seed, List<String> arguments) {
    public Options {
      arguments = List.copyOf(arguments);
    }
  }

  /** A figure and whose it is, as it is written to a file. */
  private record Figure(
      String demo,
      String name,
      double value,
      String unit,
      @Nullable String goal,
      @Nullable Boolean met) {
    static Figure of(String demo, DemoResult.Row row) {
      return new Figure(demo, row.name(), row.value(), row.unit(), row.goal(), row.met());
    }
  }

  private final Terminal terminal;
  private final Applications applications;
  private final Options options;

  public DemoPlayer(Terminal terminal, Applications applications, Options options) {
    this.terminal = terminal;
    this.applications = applications;
    this.options = options;
  }

  /**
   * Plays and prints the figures.
   *
   * @param configuration its directory is emptied first
   */
  public void play(Configuration configuration) throws Exception {
    List<Chosen> chosen = choose();
    empty(configuration.directory());
    List<Figure> figures = new ArrayList<>();
    boolean inline = chosen.stream().allMatch(one -> one.demo().hasInlineWorkers());
    terminal.say("Starting a server in " + configuration.directory() + " …");
    try (ServerProcess server =
        ServerProcess.start(
            Role.DEMO, configuration.withInlineWorkers(inline), applications, terminal::say)) {
      for (Chosen one : chosen) {
        terminal.say("Playing " + one.name() + (options.full() ? " in full" : ""));
        DemoResult result = one.demo().run(new Context(server, one.application()));
        terminal.out().println();
        table(result).lines().forEach(terminal.out()::println);
        terminal.out().flush();
        result.rows().forEach(row -> figures.add(Figure.of(one.name(), row)));
      }
    }
    if (options.json() != null) {
      Files.write(
          options.json(), Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
      terminal.say("The figures are in " + options.json() + ".");
    }
  }

  /** The figures as a table. */
  public static Table table(DemoResult result) {
    Table table =
        new Table(
            Table.Column.left("MEASURE"),
            Table.Column.right("VALUE"),
            Table.Column.left("UNIT"),
            Table.Column.left("GOAL"),
            Table.Column.left("MET"));
    for (DemoResult.Row row : result.rows()) {
      String goal = row.goal();
      Boolean met = row.met();
      table.row(
          row.name(),
          row.valueText(),
          row.unit(),
          goal == null ? "" : goal,
          met == null ? "" : met ? "yes" : "NO");
    }
    return table;
  }

  /** A demonstration that is to be played. */
  private record Chosen(String name, Application application, Demo demo) {}

  private List<Chosen> choose() {
    List<Chosen> playable = new ArrayList<>();
    List<Chosen> more = new ArrayList<>();
    for (Application application : applications.all()) {
      application
          .demo()
          .ifPresent(demo -> playable.add(new Chosen(application.name(), application, demo)));
      application
          .moreDemos()
          .forEach((name, demo) -> more.add(new Chosen(name, application, demo)));
    }
    if (options.name() == null) {
      if (playable.isEmpty()) {
        throw CommandException.failed("no application of this build has a demonstration");
      }
      return playable;
    }
    List<Chosen> all = Stream.concat(playable.stream(), more.stream()).toList();
    List<Chosen> chosen = all.stream().filter(one -> one.name().equals(options.name())).toList();
    if (chosen.isEmpty()) {
      throw CommandException.usage(
          "there is no demonstration '%s'; there are: %s"
              .formatted(
                  options.name(), String.join(", ", all.stream().map(Chosen::name).toList())));
    }
    return chosen;
  }

  /** Empties the directory of an earlier demonstration; one that still runs is left alone. */
  private static void empty(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var held = StateDirectory.open(directory)) {
      EmbeddedPostgres.delete(held.path().resolve("postgres"));
      try (Stream<Path> left = Files.list(held.path())) {
        for (Path path : left.toList()) {
          if (Files.isRegularFile(path) && !path.endsWith("lock")) {
            Files.delete(path);
          }
        }
      }
    }
  }

  private final class Context implements DemoContext {
    private final ServerProcess server;
    private final Application application;

    private Context(ServerProcess server, Application application) {
      this.server = server;
      this.application = application;
    }

    @Override
    public Services services() {
      return server.services();
    }

    @Override
    public boolean isFull() {
      return options.full();
    }

    @Override
    public long seed() {
      return options.seed();
    }

    @Override
    public List<String> arguments() {
      return options.arguments();
    }

    @Override
    public Optional<URI> publicAddress() {
      return Optional.ofNullable(server.publicAddresses().get(application.name()));
    }

    @Override
    public Fleets fleets() {
      return server.fleets().fleets();
    }

    @Override
    public void prepareWorkers() throws InterruptedException {
      server.fleets().makeCache();
    }

    @Override
    public void say(String line) {
      terminal.say(line);
    }

    @Override
    public ProgressBar progress(String what, long total) {
      return ProgressBar.start(terminal, what, total);
    }

    @Override
    public void print(Table table) {
      table.lines().forEach(terminal.out()::println);
      terminal.out().flush();
    }
  }
}
