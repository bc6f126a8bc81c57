package dev.ekiden.calendar.cli;

import dev.ekiden.calendar.availability.HolidayCalendars;
import dev.ekiden.server.CommandContext;
import java.util.List;

/** All verbs of the calendar. */
public final class CalendarCommands {

  static final String ROOT = "/calendar";

  private CalendarCommands() {}

  public static List<Object> all(CommandContext context, HolidayCalendars holidays) {
    return List.of(
        new ImportCommand(context),
        new ImportIcsCommand(context),
        new ExportCommand(context),
        new SyncCommand(context),
        new DiffSyncCommand(context),
        new VerifyCommand(context),
        new SpacesCommand(context),
        new SearchCommand(context),
        new AvailabilityCommand(context),
        new PlansCommand(context),
        new HoldCommand(context),
        new ConfirmCommand(context),
        new ChangeCommand(context),
        new ExtendCommand(context),
        new CancelCommand(context),
        new RequestsCommand(context),
        new BlocksCommand(context),
        new FeedsCommand(context),
        new WebhooksCommand(context),
        new BulkFeedsCommand(context),
        new ChangesCommand(context),
        new SampleCommand(context, holidays));
  }
}
