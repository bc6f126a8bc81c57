package dev.ekiden.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedPostgresOptionsTest {

  private final EmbeddedPostgresOptions options = EmbeddedPostgresOptions.in(Path.of("x"));

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535})
  void takesAPort(int port) {
    assertThat(options.withPort(port).port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_536})
  void refusesWhatIsNoPort(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withPort(port))
        .withMessage("The port must be 0 to 65535 but is " + port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "synchronous_commit", "full_page_writes"})
  void doesNotSellDurability(String setting) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withSetting(setting, "off"))
        .withMessageContaining("The setting " + setting + " stays on");
  }

  @ParameterizedTest
  @CsvSource({
    "listen_addresses, chosen by the embedded server itself",
    "Work Mem, not the name of a PostgreSQL setting",
    "'x = 1', not the name of a PostgreSQL setting"
  })
  void refusesOtherSettings(String setting, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withSetting(setting, "*"))
        .withMessageContaining(reason);
  }

  @Test
  void refusesAValueOfTwoLines() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withSetting("work_mem", "4MB\nfsync = off"))
        .withMessageContaining("control characters");
  }

  @Test
  void theLastSettingOfANameCounts() {
    assertThat(options.withSetting("a.b", "1").withSetting("a.b", "2").settings())
        .isEqualTo(Map.of("a.b", "2"));
  }

  @Test
  void keepsItsProgramsWhereTheEnvironmentSays() {
    Path home = Path.of("/home/me");
    assertThat(CacheDirectory.of(Map.of("EKIDEN_CACHE", "/c"), "root", home))
        .isEqualTo(Path.of("/c"));
    assertThat(CacheDirectory.of(Map.of("XDG_CACHE_HOME", "/x"), "me", home))
        .isEqualTo(Path.of("/x/ekiden"));
    assertThat(CacheDirectory.of(Map.of("EKIDEN_CACHE", ""), "me", home))
        .isEqualTo(Path.of("/home/me/.cache/ekiden"));
    assertThat(CacheDirectory.of(Map.of(), "root", Path.of("/root")))
        .isEqualTo(Path.of("/var/cache/ekiden"));
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, postgres-linux-x86_64.txz",
    "Linux, aarch64, postgres-linux-arm_64.txz"
  })
  void knowsThePlatforms(String system, String processor, String archive) {
    assertThat(Platform.of(system, processor, true).archive()).isEqualTo(archive);
    assertThat(Platform.class.getClassLoader().getResource(archive)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "Mac OS X, aarch64, true, 'Mac OS X on aarch64 ('",
    "Windows 11, amd64, true, 'Windows 11 on amd64 ('",
    "Linux, riscv64, true, 'Linux on riscv64 ('",
    "Linux, amd64, false, 'Linux on amd64 without the GNU C library ('"
  })
  void namesThePlatformItDoesNotKnow(String system, String processor, boolean glibc, String named) {
    assertThatThrownBy(() -> Platform.of(system, processor, glibc))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining(named)
        .hasMessageContaining("EKIDEN_DATABASE_URL");
  }
}
