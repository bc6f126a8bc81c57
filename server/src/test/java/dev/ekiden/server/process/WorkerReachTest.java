package dev.ekiden.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.Network;
import dev.ekiden.postgres.DatabaseAddress;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WorkerReachTest {
  private static final URI SOCKET = URI.create("unix:///var/run/docker.sock");
  private static final WorkerReach LOCAL = new WorkerReach(true, true);
  private static final WorkerReach REMOTE = new WorkerReach(false, true);

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://localhost:5432/ekiden, true",
    "jdbc:postgresql://127.0.0.1/ekiden?ssl=false, true",
    "jdbc:postgresql://127.1.2.3:5432/ekiden, true",
    "jdbc:postgresql://[::1]:5432/ekiden, true",
    "'jdbc:postgresql://localhost:1,127.0.0.1:2/ekiden', true",
    "jdbc:postgresql:ekiden, true",
    "jdbc:postgresql:///ekiden, true",
    "'jdbc:postgresql://localhost:1,db:2/ekiden', false",
    "jdbc:postgresql://db.example:5432/ekiden, false",
    "jdbc:postgresql://127.example/ekiden, false",
    "jdbc:postgresql://10.0.0.1/ekiden, false",
  })
  void knowsAnAddressOfThisMachineAlone(String url, boolean loopback) {
    assertThat(WorkerReach.of(new DatabaseAddress(url, "me", "")))
        .isEqualTo(new WorkerReach(loopback, false));
  }

  @Test
  void containersOfThisMachineNeedItsNetwork() {
    assertThat(LOCAL.hindranceInDocker(SOCKET, Network.host())).isEmpty();
    assertThat(LOCAL.hindranceInDocker(URI.create("tcp://127.0.0.1:2375"), Network.host()))
        .isEmpty();
    assertThat(LOCAL.hindranceInDocker(SOCKET, Network.named("backend")).orElseThrow())
        .contains("set docker.network to host in EKIDEN_LAUNCHERS, or set EKIDEN_DATABASE_URL");
    assertThat(LOCAL.hindranceInDocker(URI.create("tcp://far:2375"), Network.host()).orElseThrow())
        .contains("tcp://far:2375 may be another machine", "set EKIDEN_DATABASE_URL");
    assertThat(REMOTE.hindranceInDocker(URI.create("tcp://far:2375"), Network.named("backend")))
        .isEmpty();
  }

  @Test
  void clustersNeedAnAddressOfTheDatabase() {
    assertThat(LOCAL.hindranceElsewhere("kubernetes").orElseThrow())
        .isEqualTo(
            "workers of the launcher kubernetes run on other machines, and the database answers on"
                + " this one alone: set EKIDEN_DATABASE_URL to an address that workers reach, too");
    assertThat(REMOTE.hindranceElsewhere("kubernetes")).isEmpty();
  }

  @Test
  void aPasswordNeedsAReferenceWhereOnlyThatIsTaken() {
    assertThat(REMOTE.hindranceByPassword(Optional.empty()).orElseThrow())
        .contains("ecs.database-password");
    assertThat(REMOTE.hindranceByPassword(Optional.of("arn:…"))).isEmpty();
    assertThat(new WorkerReach(false, false).hindranceByPassword(Optional.empty())).isEmpty();
  }
}
