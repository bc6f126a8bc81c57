package dev.ekiden.fleet.command;

import dev.ekiden.postgres.Database;
import dev.ekiden.postgres.Migrations;

/** The tables of this module, in the schema of the engine. */
public final class FleetSchema {
  private static final String MODULE = "fleet";
  private static final String SCHEMA = "ekiden";

  private FleetSchema() {}

  /**
   * Makes or upgrades the tables, after the engine's; safe when several processes do so at once.
   */
  public static void migrate(Database database) {
    Migrations.apply(database, MODULE, SCHEMA);
  }

  /** Refuses to go on where the tables are missing or not of this build. */
  public static void requireCurrent(Database database) {
    Migrations.requireCurrent(database, MODULE, SCHEMA);
  }
}
