package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestDatabase;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypesTest {

  @RegisterExtension static final TestDatabase test = TestDatabase.create();

  private static final Instant INSTANT = Instant.parse("2026-10-25T01:30:00.123456Z");

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York"})
  void instantsMeanTheSameInEveryZone(String zone) {
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone(zone));
    try {
      // 02:30 in Berlin, the hour that this day has twice.
      for (Instant instant : List.of(INSTANT, INSTANT.minusSeconds(3_600))) {
        assertThat(one("SELECT CAST(:value AS timestamptz)", instant, Instant.class))
            .isEqualTo(instant);
        assertThat(one("SELECT CAST(:value AS timestamptz)", instant, OffsetDateTime.class))
            .isEqualTo(instant.atOffset(ZoneOffset.UTC));
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void valuesGoInAndComeOutAsTheyAre() {
    UUID id = UUID.randomUUID();
    assertThat(one("SELECT CAST(:value AS uuid)", id, UUID.class)).isEqualTo(id);
    assertThat(one("SELECT :value", Long.MAX_VALUE, Long.class)).isEqualTo(Long.MAX_VALUE);
    assertThat(one("SELECT :value", true, Boolean.class)).isTrue();
    LocalDate day = LocalDate.of(2026, 2, 28);
    assertThat(one("SELECT CAST(:value AS date)", day, LocalDate.class)).isEqualTo(day);
    OffsetDateTime time = INSTANT.atOffset(ZoneOffset.ofHours(9));
    assertThat(one("SELECT CAST(:value AS timestamptz)", time, OffsetDateTime.class).toInstant())
        .isEqualTo(INSTANT);
    byte[] bytes = {0, 1, -1, 92};
    assertThat(one("SELECT :value", bytes, byte[].class)).isEqualTo(bytes);
    assertThat(one("SELECT CAST(:value AS jsonb) ->> 'a'", "{\"a\": \"ä\"}", String.class))
        .isEqualTo("ä");
  }

  @Test
  void nothingIsNull() {
    test.database()
        .useTransaction(handle -> {
          handle.execute(
              "CREATE TEMPORARY TABLE nothing (time timestamptz, bytes bytea, text text,"
                  + " number bigint, json jsonb)");
          handle
              .createUpdate(
                  "INSERT INTO nothing"
                      + " VALUES (:time, :bytes, :text, :number, CAST(:json AS jsonb))")
              .bind("time", (Instant) null)
              .bind("bytes", (byte[]) null)
              .bind("text", (String) null)
              .bind("number", (Long) null)
              .bind("json", (String) null)
              .execute();
          handle
              .createQuery("SELECT * FROM nothing")
              .map((row, context) -> {
                for (int column = 1; column <= 5; column++) {
                  assertThat(row.getObject(column)).isNull();
                }
                return 0;
              })
              .one();
          assertThat(handle.createQuery("SELECT time FROM nothing").mapTo(Instant.class).list())
              .containsExactly((Instant) null);
        });
  }

  @Test
  void arraysOfEveryTypeAreBound() {
    UUID id = UUID.randomUUID();
    assertThat(array(Long.class, "int8", List.of(1L, Long.MAX_VALUE), Long.class))
        .containsExactly(1L, Long.MAX_VALUE);
    assertThat(array(Integer.class, "int4", List.of(1), Integer.class)).containsExactly(1);
    assertThat(array(Short.class, "int2", List.of((short) 1), Short.class))
        .containsExactly((short) 1);
    assertThat(array(Double.class, "float8", List.of(1.5), Double.class)).containsExactly(1.5);
    assertThat(
            array(BigDecimal.class, "numeric", List.of(new BigDecimal("1.50")), BigDecimal.class))
        .containsExactly(new BigDecimal("1.50"));
    assertThat(array(Boolean.class, "bool", List.of(true), Boolean.class)).containsExactly(true);
    assertThat(array(UUID.class, "uuid", List.of(id), UUID.class)).containsExactly(id);
    assertThat(array(String.class, "text", List.of("a,\"b\"\\{}", "", "NULL"), String.class))
        .containsExactly("a,\"b\"\\{}", "", "NULL");
    LocalDate day = LocalDate.of(2026, 2, 28);
    assertThat(array(LocalDate.class, "date", List.of(day), LocalDate.class)).containsExactly(day);
    assertThat(array(Instant.class, "timestamptz", List.of(INSTANT), Instant.class))
        .containsExactly(INSTANT);
    OffsetDateTime time = INSTANT.atOffset(ZoneOffset.ofHours(9));
    assertThat(array(OffsetDateTime.class, "timestamptz", List.of(time), Instant.class))
        .containsExactly(INSTANT);
    assertThat(
            array(
                byte[].class,
                "bytea",
                List.of(new byte[] {0, -1}, "ä".getBytes(StandardCharsets.UTF_8)),
                byte[].class))
        .containsExactly(new byte[] {0, -1}, "ä".getBytes(StandardCharsets.UTF_8));
    assertThat(array(Long.class, "int8", List.of(), Long.class)).isEmpty();
    assertThat(array(Instant.class, "timestamptz", Arrays.asList(INSTANT, null), Instant.class))
        .containsExactly(INSTANT, null);
  }

  private static <T> T one(String sql, Object value, Class<T> type) {
    return test.database()
        .withHandle(handle -> handle.createQuery(sql).bind("value", value).mapTo(type).one());
  }

  private static <T> List<T> array(
      Class<?> elementType, String sqlType, List<?> elements, Class<T> resultType) {
    return test.database()
        .withHandle(handle -> {
          Query query =
              handle.createQuery(
                  "SELECT element FROM unnest(CAST(:ids AS "
                      + sqlType
                      + "[])) WITH ORDINALITY AS list (element, place) ORDER BY place");
          return query.bindArray("ids", elementType, elements).mapTo(resultType).list();
        });
  }
}
