package dev.ekiden.calendar.store;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.Migrations;

/** The calendar's own schema in the database. */
public final class CalendarSchema {

  /** The name of the migrations, and of the schema they fill. */
  public static final String NAME = "calendar";

  private CalendarSchema() {}

  /** Makes or upgrades the schema; safe when several processes do so at once. */
  public static void migrate(Database database) {
    Migrations.apply(database, NAME, NAME);
  }

  /** Refuses to go on where the schema is missing or not of this build. */
  public static void requireCurrent(Database database) {
    Migrations.requireCurrent(database, NAME, NAME);
  }
}
