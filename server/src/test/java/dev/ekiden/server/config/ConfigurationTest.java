package dev.ekiden.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ekiden.fleet.account.Capacity;
import dev.ekiden.fleet.cost.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationTest {
  @TempDir Path directory;

  @Test
  void everyKeyAndDefaultIsListedHere() {
    assertThat(Arrays.stream(Setting.values()).map(s -> s.key() + "=" + s.fallback().orElse("")))
        .containsExactly(
            "directory=.ekiden",
            "port=8080",
            "bind=127.0.0.1",
            "hosts=",
            "token-file=",
            "public-port=",
            "public-bind=127.0.0.1",
            "public-hosts=",
            "public-rate=50",
            "public-burst=100",
            "database-url=",
            "database-user=",
            "database-password-file=",
            "database-password=",
            "database-wait=60s",
            "database-port=",
            "inline-workers=true",
            "queues=",
            "concurrency=",
            "name=",
            "commands=16",
            "docker-host=unix:///var/run/docker.sock",
            "cost-price=fargate-tokyo",
            "cost-vcpus=1",
            "cost-memory-mib=2048",
            "drain=30s",
            "address=");
  }

  @Test
  void theDefaultsAreGood() {
    Configuration configuration = read(Map.of(), Map.of());
    assertThat(configuration.control().port()).isEqualTo(8080);
    assertThat(configuration.publicListeners().port(0)).isEqualTo(8081);
    assertThat(configuration.publicListeners().port(1)).isEqualTo(8082);
    assertThat(configuration.database()).isEmpty();
    assertThat(configuration.databaseWait()).isEqualTo(Duration.ofMinutes(1));
    assertThat(configuration.workers().inline()).isTrue();
    assertThat(configuration.workers().drain()).isEqualTo(Duration.ofSeconds(30));
    assertThat(configuration.assumed()).isEqualTo(Capacity.ofDefault());
  }

  @Test
  void whatAWorkerIsTakenForIsAPriceAndASize() {
    Configuration configuration =
        read(
            Map.of(Setting.COST_PRICE, "fargate-tokyo-arm", Setting.COST_VCPUS, "0.5"),
            Map.of("EKIDEN_COST_MEMORY_MIB", "1024"));
    assertThat(configuration.assumed().price().name()).isEqualTo("fargate-tokyo-arm");
    assertThat(configuration.assumed().size()).isEqualTo(Size.of(0.5, 1_024));
    assertThatThrownBy(() -> read(Map.of(Setting.COST_PRICE, "mine"), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("there is no price 'mine'; known are free, fargate-tokyo");
    assertThatThrownBy(() -> read(Map.of(Setting.COST_VCPUS, "0"), Map.of()))
        .hasMessageContaining("vcpus must be");
    assertThatThrownBy(() -> read(Map.of(Setting.COST_VCPUS, "two"), Map.of()))
        .hasMessageContaining("cost-vcpus (--cost-vcpus) must be a number such as 0.5, not 'two'");
  }

  @Test
  void aFlagWinsOverAVariableOverTheDefault() {
    Map<String, String> environment = Map.of("EKIDEN_PORT", "9000", "EKIDEN_DRAIN", "");
    assertThat(read(Map.of(), environment).control().port()).isEqualTo(9000);
    assertThat(read(Map.of(Setting.PORT, "0"), environment).control().port()).isZero();
    assertThat(read(Map.of(Setting.PORT, "0"), environment).publicListeners().port(3)).isZero();
    assertThat(read(Map.of(), environment).workers().drain()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void allMistakesAreToldTogether() {
    ConfigurationException mistakes =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                read(
                    Map.of(Setting.PORT, "x", Setting.DRAIN, "soon"),
                    Map.of(
                        "EKIDEN_BIND",
                        "0.0.0.0",
                        "EKIDEN_CONCURRENCY",
                        "0",
                        "EKIDEN_INLINE_WORKERS",
                        "yes",
                        "EKIDEN_DATABASE_USER",
                        "me")));
    assertThat(mistakes.mistakes())
        .anyMatch(m -> m.startsWith("port (--port) must be a whole number from 0 to 65535"))
        .anyMatch(m -> m.startsWith("drain (--drain) must be a time from 0s to 1h"))
        .anyMatch(m -> m.contains("EKIDEN_TOKEN_FILE"))
        .anyMatch(m -> m.contains("EKIDEN_HOSTS"))
        .anyMatch(m -> m.startsWith("concurrency (EKIDEN_CONCURRENCY) must be"))
        .anyMatch(m -> m.startsWith("inline-workers (EKIDEN_INLINE_WORKERS) must be true or false"))
        .anyMatch(m -> m.contains("EKIDEN_DATABASE_USER is set but EKIDEN_DATABASE_URL is not"))
        .hasSize(7);
  }

  @ParameterizedTest
  @CsvSource({
    "PORT,65535,65536",
    "CONCURRENCY,1000,1001",
    "DATABASE_PORT,65535,65536",
    "DATABASE_PORT,1,0",
    "PUBLIC_RATE,1000000,1000001",
    "DRAIN,1h,3601s"
  })
  void aLimitIsAllowedAndOneMoreIsNot(Setting setting, String most, String more) {
    read(Map.of(setting, most), Map.of());
    assertThatThrownBy(() -> read(Map.of(setting, more), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'" + more + "'");
  }

  @Test
  void anAddressForOthersNeedsATokenAndNames() {
    Map<Setting, String> open =
        Map.of(
            Setting.BIND,
            "0.0.0.0",
            Setting.TOKEN_FILE,
            "/run/token",
            Setting.HOSTS,
            "queue.example");
    assertThat(read(open, Map.of()).control().hosts()).containsExactly("queue.example");
    assertThatThrownBy(() -> read(Map.of(Setting.PUBLIC_BIND, "0.0.0.0"), Map.of()))
        .hasMessageContaining("EKIDEN_PUBLIC_HOSTS");
    assertThatThrownBy(() -> read(Map.of(Setting.BIND, "no such host"), Map.of()))
        .hasMessageContaining("bind (--bind) must be an address of this machine");
  }

  @Test
  void thePasswordComesFromAFileOrItsOwnVariable() throws Exception {
    Path file = Files.writeString(directory.resolve("password"), "top-secret\n");
    Map<String, String> url =
        Map.of("EKIDEN_DATABASE_URL", "postgres://me@db.example/x", "EKIDEN_PORT", "1");
    Configuration fromFile = read(Map.of(Setting.DATABASE_PASSWORD_FILE, file.toString()), url);
    assertThat(fromFile.database().orElseThrow().address().password()).isEqualTo("top-secret");
    assertThat(fromFile.database().orElseThrow().passwordFile()).contains(file.toAbsolutePath());
    assertThat(fromFile.toString()).doesNotContain("top-secret");
    assertThatThrownBy(() ->
            read(Map.of(Setting.DATABASE_PASSWORD_FILE, directory.resolve("no").toString()), url))
        .hasMessageContaining("cannot read");
    assertThatThrownBy(() ->
            read(
                Map.of(
                    Setting.DATABASE_PASSWORD_FILE,
                    file.toString(),
                    Setting.DATABASE_PASSWORD,
                    "x"),
                url))
        .hasMessageContaining("not both");
  }

  @Test
  void aPasswordInTheUrlIsRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() ->
            read(Map.of(), Map.of("EKIDEN_DATABASE_URL", "postgres://me:top-secret@db.example/x")))
        .isInstanceOf(ConfigurationException.class)
        .message()
        .contains("EKIDEN_DATABASE_URL")
        .doesNotContain("top-secret");
  }

  @Test
  void unknownVariablesAreFound() {
    Settings settings =
        new Settings(
            Map.of(),
            Map.of("EKIDEN_PROT", "1", "EKIDEN_PORT", "1", "EKIDEN_CACHE", "x", "PATH", "x"));
    assertThat(settings.unknownVariables()).containsExactly("EKIDEN_PROT");
  }

  @ParameterizedTest
  @CsvSource({
    "30s,PT30S,30s",
    "1h30m,PT1H30M,1h30m",
    "250ms,PT0.25S,250ms",
    "2d,PT48H,2d",
    "PT5M,PT5M,5m",
    "0,PT0S,0ms",
    "90s,PT90S,1m30s",
    "25h,PT25H,1d1h",
  })
  void timesAreReadAndWritten(String text, Duration duration, String written) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
    assertThat(Durations.format(duration)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "soon", "-5s", "PT-5S", "5 s", "5y"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write 30s");
  }

  @Test
  void oneDirectoryBelongsToOneProcess() throws Exception {
    try (StateDirectory held = StateDirectory.open(directory.resolve("state"))) {
      assertThat(held.token().matches(held.token().secret())).isTrue();
      assertThatThrownBy(() -> StateDirectory.open(directory.resolve("state")))
          .isInstanceOf(DirectoryInUseException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
    StateDirectory.open(directory.resolve("state")).close();
  }

  private static Configuration read(Map<Setting, String> flags, Map<String, String> environment) {
    return ConfigurationReader.read(new Settings(flags, environment));
  }
}
