package dev.ekiden.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.launch.ecs.EcsOptions;
import dev.ekiden.launch.ecs.VpcNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlacesTest {
  private static final String ROLE = "arn:aws:iam::111122223333:role/ekiden-execution";

  @Test
  void clustersOfEcsAreToldApartByAccountAndRegion() {
    assertThat(place("eu-central-1", "ekiden", ROLE))
        .isEqualTo("ecs-111122223333/eu-central-1/ekiden")
        .isEqualTo(
            place("eu-central-1", "arn:aws:ecs:eu-central-1:111122223333:cluster/ekiden", ROLE));
    assertThat(place("eu-central-1", "ekiden", ROLE.replace("3333", "4444")))
        .isEqualTo("ecs-111122224444/eu-central-1/ekiden");
    assertThat(place("us-east-1", "ekiden", ROLE)).isEqualTo("ecs-111122223333/us-east-1/ekiden");
    assertThat(place("eu-central-1", "ekiden", "ekiden-execution"))
        .isEqualTo("ecs-eu-central-1/ekiden");
  }

  private static String place(String region, String cluster, String role) {
    VpcNetwork network = new VpcNetwork(List.of("subnet-1"), List.of("sg-1"), false);
    return Places.ofEcs(EcsOptions.of("production", region, cluster, network, role));
  }
}
