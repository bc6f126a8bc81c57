package dev.ekiden.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Keeps the table of rooms and allowed arrows. */
final class ArchitectureTest {
  private static final String ROOT = "dev.ekiden.";

  /** Each module and the modules it may use. */
  private static final Map<String, List<String>> ALLOWED = new LinkedHashMap<>();

  static {
    ALLOWED.put("postgres", List.of());
    ALLOWED.put("embedded", List.of("postgres"));
    ALLOWED.put("engine", List.of("postgres"));
    ALLOWED.put("testkit", List.of("engine", "embedded", "postgres"));
    ALLOWED.put("launch", List.of());
    ALLOWED.put("console", List.of());
    ALLOWED.put("fleet", List.of("launch", "engine", "postgres"));
    ALLOWED.put("server", List.of("console", "fleet", "launch", "engine", "embedded", "postgres"));
    ALLOWED.put(
        "calendar",
        List.of("server", "console", "fleet", "launch", "engine", "embedded", "postgres"));
    ALLOWED.put(
        "app",
        List.of(
            "calendar", "server", "console", "fleet", "launch", "engine", "embedded", "postgres"));
  }

  private static final JavaClasses EKIDEN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.ekiden");

  @TestFactory
  Stream<DynamicTest> aModuleUsesOnlyWhatTheTableAllows() {
    return ALLOWED.keySet().stream()
        .map(module ->
            DynamicTest.dynamicTest(
                module + " may use " + ALLOWED.get(module),
                () ->
                    noClasses()
                        .that()
                        .resideInAPackage(inside(module))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(forbidden(module))
                        .check(EKIDEN)));
  }

  @Test
  void everyClassBelongsToAModuleOfTheTable() {
    classes()
        .should()
        .resideInAnyPackage(
            ALLOWED.keySet().stream().map(ArchitectureTest::inside).toArray(String[]::new))
        .check(EKIDEN);
  }

  @Test
  void nothingBelowTheServerOpensAListener() {
    noClasses()
        .that()
        .resideOutsideOfPackages(inside("server"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "com.sun.net.httpserver..")
        .check(EKIDEN);
    noClasses()
        .that()
        .resideInAnyPackage(inside("postgres"), inside("engine"), inside("calendar"))
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.net\\.ServerSocket|java\\.nio\\.channels\\.ServerSocketChannel")
        .check(EKIDEN);
  }

  @Test
  void onlyTheHttpPackageKnowsTheHttpServer() {
    noClasses()
        .that()
        .resideInAPackage(inside("server"))
        .and()
        .resideOutsideOfPackage("dev.ekiden.server.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
        .check(EKIDEN);
  }

  @Test
  void theCommandLineTalksToTheServerOnlyByHttp() {
    noClasses()
        .that()
        .resideInAPackage("dev.ekiden.server.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(inside("engine"), inside("postgres"), inside("embedded"))
        .check(EKIDEN);
  }

  /** What a user's application gets with the library, and nothing that could get in its way. */
  @Test
  void theEngineBringsFewLibraries() {
    noClasses()
        .that()
        .resideInAnyPackage(inside("engine"), inside("postgres"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.junit..",
            "org.assertj..",
            "io.zonky..",
            "picocli..",
            "ch.qos.logback..",
            "io.prometheus..")
        .check(EKIDEN);
  }

  /** The controller and the simulator call the same functions, which therefore know neither. */
  @Test
  void decisionsAreMadeFromWhatTheyAreGiven() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.ekiden.fleet", "dev.ekiden.fleet.decide..", "dev.ekiden.fleet.cost..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            inside("engine"), inside("postgres"), "dev.ekiden.fleet.simulate..", "java.sql..")
        .check(EKIDEN);
    noClasses()
        .that()
        .resideInAPackage("dev.ekiden.fleet.decide..")
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(EKIDEN);
  }

  @Test
  void theEngineHasNoStaticState() {
    fields()
        .that()
        .areStatic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(inside("engine"), inside("postgres"))
        .should()
        .beFinal()
        .check(EKIDEN);
  }

  private static String[] forbidden(String module) {
    return ALLOWED.keySet().stream()
        .filter(other -> !other.equals(module) && !ALLOWED.get(module).contains(other))
        .map(ArchitectureTest::inside)
        .toArray(String[]::new);
  }

  private static String inside(String module) {
    return ROOT + module + "..";
  }
}
