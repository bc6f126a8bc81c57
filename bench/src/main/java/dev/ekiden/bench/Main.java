package dev.ekiden.bench;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.embedded.EmbeddedPostgresOptions;
import dev.ekiden.postgres.Database;
import java.nio.file.Files;
import java.nio.file.Path;

public final class Main {
  public static void main(String[] a) throws Exception {
    Path dir = Files.createTempDirectory("bench");
    try (EmbeddedPostgres pg = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(dir));
        Database db = Database.open(pg.address(), 8, "bench")) {
      for (int i = 0; i < 3; i++) {
        System.out.println(new EngineBench(db, Integer.parseInt(a[0])).run());
      }
    }
  }
}
