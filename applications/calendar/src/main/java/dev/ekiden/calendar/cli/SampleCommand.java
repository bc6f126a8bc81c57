package dev.ekiden.calendar.cli;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.calendar.files.CalendarFile;
import dev.ekiden.calendar.files.SampleFiles;
import dev.ekiden.calendar.sample.SampleData;
import dev.ekiden.calendar.sample.SampleSize;
import dev.ekiden.server.CommandContext;
import dev.ekiden.server.ExitCode;
import dev.ekiden.server.Json;
import dev.ekiden.server.cli.CommandException;
import dev.ekiden.server.cli.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ekiden calendar sample}. */
@Command(
    name = "sample",
    description = {
      "Writes CSV files of an invented operator: five spaces a venue, ten plans a space.",
      "The same seed, size and first day give the same files. Needs no server."
    },
    footer = {
      "",
      "Examples:",
      "  ekiden calendar sample data/ && ekiden calendar import data/",
      "  ekiden calendar sample data/ --venues 200 --seed 7"
    })
final class SampleCommand implements Callable<Integer> {
  private static final int DEFAULT_VENUES = 20;
  private static final int SPACES_PER_VENUE = 5;
  private static final int PLANS_PER_SPACE = 10;
  private static final int RESERVATIONS_PER_SPACE = 20;
  private static final int MAXIMUM_VENUES =
      SampleSize.MAXIMUM_PLANS / SPACES_PER_VENUE / PLANS_PER_SPACE;
  private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

  private final CommandContext context;
  private final HolidayCalendars holidays;

  @Parameters(paramLabel = "DIR", description = "Made if need be; files in it are replaced.")
  private Path directory = Path.of(".");

  @Option(names = "--venues", paramLabel = "N", description = "How many (default: 20).")
  private int venues = DEFAULT_VENUES;

  @Option(names = "--seed", paramLabel = "N", description = "Another one gives other data.")
  private long seed = SampleData.DEFAULT_SEED;

  @Option(
      names = "--from",
      paramLabel = "DATE",
      description = "The day that reservations begin (default: today in Tokyo).")
  private @Nullable LocalDate from;

  SampleCommand(CommandContext context, HolidayCalendars holidays) {
    this.context = context;
    this.holidays = holidays;
  }

  @Override
  public Integer call() throws IOException {
    if (venues < 1 || venues > MAXIMUM_VENUES) {
      throw CommandException.usage(
          "--venues must be between 1 and %d, not %d".formatted(MAXIMUM_VENUES, venues));
    }
    int spaces = venues * SPACES_PER_VENUE;
    SampleSize size =
        new SampleSize(venues, spaces, spaces * PLANS_PER_SPACE, RESERVATIONS_PER_SPACE);
    LocalDate firstDay = from == null ? LocalDate.now(ZONE) : from;
    try (SampleFiles files = new SampleFiles(directory)) {
      SampleData.generate(seed, size, firstDay, holidays, files);
    }
    ObjectNode listing = Json.MAPPER.createObjectNode();
    ArrayNode items = listing.putArray("items");
    for (CalendarFile file : CalendarFile.values()) {
      Path path = directory.resolve(file.fileName());
      items.addObject().put("file", path.toString()).put("bytes", Files.size(path));
    }
    context
        .printer()
        .list(listing, List.of(Field.of("FILE", "file"), Field.number("BYTES", "bytes")));
    return ExitCode.OK;
  }
}
