package dev.ekiden.calendar.availability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S0-03: what reads a cached calendar cannot evaluate a rule, for it does not know any. */
class ReadPathTest {

  private static final Set<String> MAY_USE =
      Set.of(
          "Answer",
          "Availability",
          "BookingRules",
          "ByteReader",
          "ByteWriter",
          "CalendarDay",
          "CalendarDayCodec",
          "Checks",
          "CorruptCalendarException",
          "FreeSlot",
          "Offer",
          "PlanTerms",
          "PlanTermsCodec",
          "PriceTerms",
          "Quote",
          "SlotBits");

  @ParameterizedTest
  @ValueSource(
      classes = {
        Availability.class,
        CalendarDay.class,
        CalendarDayCodec.class,
        PlanTermsCodec.class
      })
  void theReadPathKnowsNoRules(Class<?> type) throws IOException {
    assertThat(classesOfThePackageIn(type)).isSubsetOf(MAY_USE);
  }

  private static Set<String> classesOfThePackageIn(Class<?> type) throws IOException {
    Set<String> names = new TreeSet<>();
    String home = type.getPackageName().replace('.', '/') + "/";
    try (InputStream file = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      byte[] bytes = Objects.requireNonNull(file).readAllBytes();
      for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
        if (entry instanceof ClassEntry used && used.asInternalName().startsWith(home)) {
          String name = used.asInternalName().substring(home.length());
          names.add(name.split("\\$", 2)[0]);
        }
      }
    }
    return names;
  }
}
