package dev.ekiden.postgres;

import java.math.BigDecimal;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Teaches Jdbi the types that our SQL uses: instants independent of the process's time zone, and
 * the element types of {@code bindArray}.
 */
final class JdbiSetup {

  private JdbiSetup() {}

  static Jdbi configure(Jdbi jdbi) {
    jdbi.registerArgument(new InstantArgument());
    jdbi.registerColumnMapper(
        Instant.class,
        (result, column, context) -> {
          OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
          return time == null ? null : time.toInstant();
        });
    jdbi.registerArrayType(Short.class, "int2");
    jdbi.registerArrayType(Integer.class, "int4");
    jdbi.registerArrayType(Long.class, "int8");
    jdbi.registerArrayType(Double.class, "float8");
    jdbi.registerArrayType(BigDecimal.class, "numeric");
    jdbi.registerArrayType(Boolean.class, "bool");
    jdbi.registerArrayType(String.class, "text");
    jdbi.registerArrayType(UUID.class, "uuid");
    jdbi.registerArrayType(LocalDate.class, "date", JdbiSetup::iso);
    jdbi.registerArrayType(Instant.class, "timestamptz", JdbiSetup::iso);
    jdbi.registerArrayType(OffsetDateTime.class, "timestamptz", JdbiSetup::iso);
    jdbi.registerArrayType(byte[].class, "bytea", JdbiSetup::hexadecimal);
    return jdbi;
  }

  /** For connections whose transaction is the business of their owner. */
  static Jdbi configureJoined(Jdbi jdbi) {
    configure(jdbi).getConfig(Handles.class).setForceEndTransactions(false);
    return jdbi;
  }

  private static @Nullable String iso(@Nullable Object element) {
    return element == null ? null : element.toString();
  }

  private static @Nullable String hexadecimal(byte @Nullable [] element) {
    return element == null ? null : "\\x" + HexFormat.of().formatHex(element);
  }

  /** Jdbi's own goes through {@code java.sql.Timestamp} and the default time zone. */
  private static final class InstantArgument extends AbstractArgumentFactory<Instant> {

    InstantArgument() {
      super(Types.TIMESTAMP_WITH_TIMEZONE);
    }

    @Override
    protected Argument build(@Nullable Instant instant, ConfigRegistry config) {
      return (position, statement, context) ->
          statement.setObject(position, instant == null ? null : instant.atOffset(ZoneOffset.UTC));
    }
  }
}
